package v2

import (
	"net/http"

	"foyer/fault"

	"github.com/labstack/echo/v4"
)

// mountEngines adds what would need an engine that this Foyer does not have. Lists are empty, single things are not found, all that
// would start or steer something is 501 (server contract 8).
func (h *Handler) mountEngines(g routes) {
	recordings := engine{g, "recording", "Error: Recording not found"}
	recordings.read("/recordings")
	recordings.act(
		"/recordings/room/:room_id/start", "/recordings/room/:room_id/stop", "/recordings/room/:room_id/pause",
		"/recordings/room/:room_id/resume", "/recordings/:id/stop")

	assets := engine{g, "recording", "Error: Recording asset not found"}
	assets.read("/recording-assets")
	g.get("/recording-assets/:id/presigned-url", assets.absent)

	hls := engine{g, "HLS", "Error: Live stream not found"}
	hls.read("/live-streams")
	hls.act(
		"/live-streams/room/:room_id/start", "/live-streams/room/:room_id/stop", "/live-streams/:id/stop",
		"/live-streams/:id/timed-metadata", "/live-streams/:id/pause-recording", "/live-streams/:id/resume-recording")

	rtmp := engine{g, "RTMP", "Error: External stream not found"}
	rtmp.read("/external-streams")
	rtmp.act("/external-streams/room/:room_id/start", "/external-streams/room/:room_id/stop", "/external-streams/:id/stop")

	sip := engine{g, "SIP", ""}
	sip.act("/sip/outbound/trunks", "/sip/outbound/trunks/:id", "/sip/outbound/call")
}

// engine is one that is not there.
type engine struct {
	group    routes
	name     string
	notFound string
}

func (e engine) read(path string) {
	e.group.get(path, emptyPage)
	e.group.get(path+"/:id", e.absent)
}

func (e engine) act(paths ...string) {
	for _, path := range paths {
		e.group.post(path, func(echo.Context) error { return noEngine(e.name) })
	}
}

func (e engine) absent(echo.Context) error { return fault.New(fault.NotFound, e.notFound) }

func emptyPage(c echo.Context) error {
	q := &query{c: c}
	page := q.page(10)
	if q.err != nil {
		return q.err
	}
	return c.JSON(http.StatusOK, emptyListing(page))
}
