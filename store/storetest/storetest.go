package storetest

import (
	"context"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"

	"github.com/google/go-cmp/cmp"
)

// patience is how long the suite waits for what must happen.
const patience = time.Minute

var suite = []struct {
	name string
	test func(t *testing.T, s *store.Store)
}{
	{"workspace", workspaceRoundTrip},
	{"workspace update", workspaceUpdate},
	{"workspace absent", workspaceAbsent},
	{"workspaces", workspacesInOrder},
	{"operator", operatorRoundTrip},
	{"hosts", hostsClaimed},
	{"key", keyRoundTrip},
	{"keys", keysInOrder},
	{"key revoked", keyRevoked},
	{"bearer", bearerInOne},
	{"template", templateRoundTrip},
	{"template replaced", templateReplaced},
	{"template absent", templateAbsent},
	{"template conflicts", templateConflicts},
	{"templates", templatesInPages},
	{"room", roomRoundTrip},
	{"room admission", roomAdmission},
	{"room inserted once", roomInsertedOnce},
	{"room update", roomUpdate},
	{"room absent", roomAbsent},
	{"rooms filtered", roomsFiltered},
	{"rooms in pages", roomsInPages},
	{"stream keys", streamKeysOneActive},
	{"code", codeRoundTrip},
	{"code inserted once", codeInsertedOnce},
	{"code update", codeUpdate},
	{"code absent", codeAbsent},
	{"codes live", codesLive},
	{"codes counted", codesCounted},
	{"codes filtered", codesFiltered},
	{"codes in pages", codesInPages},
	{"codes orphaned", codesOrphaned},
	{"codes of a room orphaned", codesOfRoomOrphaned},
	{"codes without roles", codesWithoutRoles},
	{"door", doorInOne},
	{"door without role or key", doorWithout},
	{"poll", pollRoundTrip},
	{"poll update", pollUpdate},
	{"poll absent", pollAbsent},
	{"polls linked", pollsLinked},
	{"polls of a session", pollsOfSession},
	{"polls counted", pollsCounted},
	{"poll run", pollRunOnce},
	{"poll runs due", pollRunsDue},
	{"poll runs in pages", pollRunsInPages},
	{"poll response", pollResponseRoundTrip},
	{"poll responses filtered", pollResponsesFiltered},
	{"poll tallies", pollTallies},
	{"poll leaders", pollLeaders},
	{"poll votes under load", pollVotesUnderLoad},
	{"account", accountRoundTrip},
	{"account absent", accountAbsent},
	{"account pays", accountPays},
	{"accounts never overdrawn", accountsNeverOverdrawn},
	{"accounts take turns", accountsTakeTurns},
	{"ledger", ledgerAdded},
	{"API key", apiKeyRoundTrip},
	{"spend", spendOnce},
	{"spend under load", spendUnderLoad},
	{"spend by few users", spendByFewUsers},
	{"session", sessionRoundTrip},
	{"session alone in its room", oneLiveSession},
	{"sessions filtered", sessionsFiltered},
	{"sessions without peers", emptySessionsEnd},
	{"peers in bulk", peersInBulk},
	{"peers end once", peersEndOnce},
	{"peers lost", peersLost},
	{"peers of sessions", peersOfSessions},
	{"queues", queuesKept},
	{"heartbeats", heartbeats},
	{"bans", bansHold},
	{"alias", aliasRoundTrip},
	{"aliases left", aliasesLeft},
	{"tokens revoked", tokensRevoked},
	{"listeners", listenersFound},
	{"webhooks of a room", webhooksRead},
	{"lanes extended", lanesExtended},
	{"lanes extended at once", lanesExtendedAtOnce},
	{"lanes leased", lanesLeased},
	{"lanes released", lanesReleased},
	{"deliveries", deliveriesRecorded},
	{"deliveries filtered", deliveriesFiltered},
	{"webhook secrets", webhookSecretsRetire},
	{"replays", replaysJoined},
	{"replays leased", replaysLeased},
	{"analytics events", analyticsEventsFiltered},
	{"measurements", measurementsOfPeer},
	{"measurements purged", measurementsPurged},
	{"webhooks purged", webhooksPurged},
	{"chat user", chatUserRoundTrip},
	{"chat users found", chatUsersFound},
	{"chat tokens", chatTokensLive},
	{"chat tokens listed", chatTokensListed},
	{"chat tickets", chatTicketsOnce},
	{"chat room", chatRoomRoundTrip},
	{"chat rooms listed", chatRoomsListed},
	{"chat presence", chatPresenceHolds},
	{"chat messages", chatMessagesKept},
	{"locks", locksTakeTurns},
	{"kept template", keptTemplateStays},
	{"transaction undone", txUndone},
	{"transaction panics", txPanics},
	{"transaction nested", txNested},
	{"transaction cancelled", txCancelled},
	{"cancelled", everythingCancelled},
	{"zero bytes", zeroBytesRefused},
	{"ids and stamps", idsAndStamps},
	{"backup", backupRestores},
	{"closed", closedStore},
}

// Run is what every database must do for a store: all its methods, their kinds of faults, and what holds when many call at
// once. Each call of open must give another fresh, migrated database.
func Run(t *testing.T, open func(tb testing.TB) *store.Store) {
	t.Helper()
	for _, part := range suite {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.test(t, open(t))
		})
	}
}

// born is when the suite's rows were made; a time in a zone of its own, to be read back in UTC.
var born = time.Date(2021, 3, 4, 10, 36, 7, 90_000_000, time.FixedZone("elsewhere", 5*3600+1800)).UTC()

// after is a moment behind born.
func after(d time.Duration) time.Time { return born.Add(d) }

func pointer[T any](value T) *T { return &value }

// must gives a value that had to come without an error.
func must[T any](t *testing.T) func(value T, err error) T {
	t.Helper()
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// equal compares to the digit: times with their zone, documents with the text of their numbers.
func equal[T any](t *testing.T, want, got T) {
	t.Helper()
	exactly := cmp.Comparer(func(a, b time.Time) bool { return a.Format(time.RFC3339Nano) == b.Format(time.RFC3339Nano) })
	if diff := cmp.Diff(want, got, exactly); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// refused checks a fault's kind and public message.
func refused(t *testing.T, err error, kind fault.Kind, message string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		t.Errorf("want kind %q, got %v", kind, err)
		return
	}
	if got := public(err); got != message {
		t.Errorf("want the message %q, got %q", message, got)
	}
}

// scene is a store with a workspace, a template of two roles, and a room.
type scene struct {
	*store.Store

	workspace models.Workspace
	template  models.Template
	room      models.Room
}

func newScene(t *testing.T, s *store.Store) *scene {
	t.Helper()
	c := &scene{Store: s}
	c.workspace = c.addWorkspace(t)
	c.template = c.addTemplate(t, "default", "guest", "host")
	c.room = c.addRoom(t, "demo", nil)
	return c
}

func (c *scene) addWorkspace(t *testing.T) models.Workspace {
	t.Helper()
	w := models.Workspace{
		ID: c.NewID(), AppID: c.NewID(), Name: "acme", Region: "eu", DefaultTemplateID: c.NewID(), RoomLinksEnabled: true,
		CreatedAt: born, UpdatedAt: born,
	}
	noError(t, c.CreateWorkspace(t.Context(), &w))
	return w
}

func (c *scene) newTemplate(name string, roles ...string) models.Template {
	template := models.Template{
		ID: c.NewID(), WorkspaceID: c.workspace.ID, Name: name, Region: "auto", Settings: models.Document{}, Destinations: []byte{1},
		Plugins: models.Document{}, Recordings: models.List{}, Extra: models.Document{}, CreatedAt: born, UpdatedAt: born,
	}
	for _, role := range roles {
		template.Roles = append(template.Roles, models.Role{Name: role, Document: models.Document{"name": role}})
	}
	return template
}

func (c *scene) addTemplate(t *testing.T, name string, roles ...string) models.Template {
	t.Helper()
	template := c.newTemplate(name, roles...)
	noError(t, c.CreateTemplate(t.Context(), &template))
	return template
}

func (c *scene) newRoom(name string) models.Room {
	return models.Room{
		ID: c.NewID(), WorkspaceID: c.workspace.ID, TemplateID: c.template.ID, Name: name, NameKey: name, Enabled: true, Region: "auto",
		CreatedAt: born, UpdatedAt: born,
	}
}

func (c *scene) addRoom(t *testing.T, name string, change func(*models.Room)) models.Room {
	t.Helper()
	room := c.newRoom(name)
	if change != nil {
		change(&room)
	}
	if !must[bool](t)(c.InsertRoom(t.Context(), &room)) {
		t.Fatalf("the room %q was not inserted", name)
	}
	return room
}

// newCode is an enabled code of the scene's room. Its letters are its id's: the store does not look at them.
func (c *scene) newCode(role string) models.Code {
	id := c.NewID()
	return models.Code{
		ID: id, Code: "code-" + string(id), RoomID: c.room.ID, Role: role, Enabled: true, CreatedAt: born, UpdatedAt: born,
	}
}

func (c *scene) addCode(t *testing.T, role string, change func(*models.Code)) models.Code {
	t.Helper()
	code := c.newCode(role)
	if change != nil {
		change(&code)
	}
	if !must[bool](t)(c.InsertCode(t.Context(), &code)) {
		t.Fatalf("the code %s was not inserted", code.Code)
	}
	return code
}

func (c *scene) addKey(t *testing.T, id string, at time.Time) models.Key {
	t.Helper()
	key := models.Key{ID: id, WorkspaceID: c.workspace.ID, Secret: []byte("sealed " + id), CreatedAt: at}
	noError(t, c.CreateKey(t.Context(), &key))
	return key
}

func deadline(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithTimeout(t.Context(), patience)
}
