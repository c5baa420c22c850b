package roles_test

import (
	"strings"
	"testing"

	"foyer/media"
	"foyer/models"
	"foyer/roles"

	"github.com/google/go-cmp/cmp"
)

// What a role may do in media is what its document says (server contract 4.2 to 4.4).
func TestRights(t *testing.T) {
	t.Parallel()
	audio := &media.Bound{Bitrate: 32}
	video := &media.Bound{Bitrate: 256, Width: 320, Height: 180, FrameRate: 25}
	screen := &media.Bound{Bitrate: 1024, Width: 1280, Height: 720, FrameRate: 10}
	all := []string{"guest", "role"}
	for name, tc := range map[string]struct {
		document string
		want     media.Rights
	}{
		"what is usual":   {`{}`, media.Rights{Audio: audio, Video: video, Screen: screen, Hears: all, Inbound: 3200}},
		"nothing allowed": {`{"publishParams":{}}`, media.Rights{Hears: all, Inbound: 3200}},
		"hears nobody":    {`{"subscribeParams":{"subscribeToRoles":[],"maxSubsBitRate":700}}`, media.Rights{Audio: audio, Video: video, Screen: screen, Inbound: 700}},
		"hears one":       {`{"subscribeParams":{"subscribeToRoles":["guest"]}}`, media.Rights{Audio: audio, Video: video, Screen: screen, Hears: []string{"guest"}, Inbound: 3200}},
		"bounds": {
			`{"publishParams":{"allowed":["audio","video","simulcast"],"audio":{"bitRate":64},"video":{"bitRate":300,"width":640,"height":360,"frameRate":30}}}`,
			media.Rights{Audio: &media.Bound{Bitrate: 64}, Video: &media.Bound{Bitrate: 300, Width: 640, Height: 360, FrameRate: 30}, Hears: all, Inbound: 3200},
		},
		"layers come on top": {
			`{"publishParams":{"allowed":["video"],"video":{"bitRate":300},"simulcast":{"video":{"layers":[
				{"rid":"f","scaleResolutionDownBy":1,"maxFramerate":30,"maxBitrate":700},{"rid":"q","scaleResolutionDownBy":4,"maxFramerate":15}]}}}}`,
			media.Rights{Video: &media.Bound{Bitrate: 1000, Width: 320, Height: 180, FrameRate: 25}, Hears: all, Inbound: 3200},
		},
		"screen alone": {`{"publishParams":{"allowed":["screen"]}}`, media.Rights{Screen: screen, Hears: all, Inbound: 3200}},
	} {
		document, err := models.ParseDocument([]byte(strings.TrimSpace(tc.document)))
		if err != nil {
			t.Fatal(err)
		}
		tc.want.Role = "role"
		read := roles.Read([]models.Role{{Name: "role", Document: document}, {Name: "guest", Document: models.Document{}}})
		if diff := cmp.Diff(tc.want, read["role"].Rights()); diff != "" {
			t.Errorf("%s (- wanted, + got):\n%s", name, diff)
		}
	}
}
