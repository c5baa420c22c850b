package v2

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"foyer/models"
	"foyer/sessions"

	"github.com/labstack/echo/v4"
)

// attendance is who was in a session on the wire. Durations are whole seconds.
type attendance struct {
	SessionID models.ID  `json:"session_id"`
	RoomID    models.ID  `json:"room_id"`
	CreatedAt time.Time  `json:"created_at"`
	EndedAt   *time.Time `json:"ended_at"` // null while it goes on
	Users     []attendee `json:"users"`
}

type attendee struct {
	UserID       string `json:"user_id"`
	Name         string `json:"name"`
	Duration     int    `json:"duration"`      // two devices at once count once
	LegsDuration int    `json:"legs_duration"` // and here twice
	Legs         []leg  `json:"legs"`
}

type leg struct {
	PeerID   string     `json:"peer_id"`
	Role     string     `json:"role"`
	JoinedAt time.Time  `json:"joined_at"`
	LeftAt   *time.Time `json:"left_at,omitempty"`
	Duration int        `json:"duration"`
}

func seconds(d time.Duration) int { return int(d / time.Second) }

func newAttendance(a *sessions.Attendance) attendance {
	wire := attendance{
		SessionID: a.ID, RoomID: a.RoomID, CreatedAt: a.CreatedAt, EndedAt: a.EndedAt, Users: make([]attendee, len(a.Users)),
	}
	for i := range a.Users {
		u := &a.Users[i]
		legs := make([]leg, len(u.Legs))
		for j, l := range u.Legs {
			legs[j] = leg{PeerID: l.PeerID, Role: l.Role, JoinedAt: l.JoinedAt, LeftAt: l.LeftAt, Duration: seconds(l.Duration)}
		}
		wire.Users[i] = attendee{
			UserID: u.UserID, Name: u.Name, Duration: seconds(u.Present), LegsDuration: seconds(u.Total), Legs: legs,
		}
	}
	return wire
}

func (h *Handler) attendance(c echo.Context) error {
	q := &query{c: c}
	asTable := q.table()
	if q.err != nil {
		return q.err
	}
	a, err := h.Sessions.Attendance(c.Request().Context(), workspace(c).ID, id(c, "session_id"))
	if err != nil {
		return err
	}
	wire := newAttendance(&a)
	if !asTable {
		return c.JSON(http.StatusOK, wire)
	}
	header := c.Response().Header()
	header.Set(echo.HeaderContentDisposition, `attachment; filename="attendance-`+string(wire.SessionID)+`.csv"`)
	header.Set(echo.HeaderContentType, "text/csv; charset=utf-8")
	c.Response().WriteHeader(http.StatusOK)
	return wire.writeTable(c.Response())
}

// table says whether CSV is wanted: by format=csv, or by a header that accepts it; the query has the last word.
func (q *query) table() bool {
	q.c.Response().Header().Add(echo.HeaderVary, echo.HeaderAccept)
	switch q.text("format") {
	case "csv":
		return true
	case "json":
	case "":
		return strings.Contains(strings.ToLower(q.c.Request().Header.Get(echo.HeaderAccept)), "text/csv")
	default:
		q.wrong("format must be csv or json")
	}
	return false
}

// writeTable writes a line for every leg (RFC 4180).
func (a *attendance) writeTable(to http.ResponseWriter) error {
	table := csv.NewWriter(to)
	table.UseCRLF = true
	lines := [][]string{{
		"session_id", "room_id", "user_id", "name", "peer_id", "role", "joined_at", "left_at", "duration", "user_duration",
	}}
	for _, u := range a.Users {
		for _, l := range u.Legs {
			leftAt := ""
			if l.LeftAt != nil {
				leftAt = l.LeftAt.Format(time.RFC3339Nano)
			}
			lines = append(lines, []string{
				string(a.SessionID), string(a.RoomID), harmless(u.UserID), harmless(u.Name), harmless(l.PeerID), harmless(l.Role),
				l.JoinedAt.Format(time.RFC3339Nano), leftAt, strconv.Itoa(l.Duration), strconv.Itoa(u.Duration),
			})
		}
	}
	return table.WriteAll(lines)
}

// harmless is a text that a spreadsheet takes for a text. One that begins like a formula would be computed: people choose their names.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
