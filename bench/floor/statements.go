package floor

// statement is the text of one statement. Package store sends the same, to the letter: a test compares the two.
type statement string

// What the calls read, each outside of a transaction.
const (
	door statement = `
	SELECT c.id, c.room_id, c.role, c.enabled, c.orphaned, c.retires_at, c.not_before, c.expires_at, c.max_uses, c.uses, c.user_id,
		r.enabled, r.guarded_until, r.workspace_id, w.room_links_enabled, t.name, k.id, k.secret
	FROM codes c
	JOIN rooms r ON r.id = c.room_id
	JOIN workspaces w ON w.id = r.workspace_id
	LEFT JOIN roles t ON t.template_id = r.template_id AND t.name = c.role
	LEFT JOIN keys k ON k.id = (
		SELECT id FROM keys WHERE workspace_id = w.id AND revoked_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 1)
	WHERE c.code = $1`

	bearer statement = `
	SELECT k.id, k.secret, k.created_at, w.id, w.app_id, w.name, w.region, w.default_template_id, w.room_links_enabled,
		w.webhook_url, w.webhook_headers, w.created_at, w.updated_at
	FROM keys k JOIN workspaces w ON w.id = k.workspace_id
	WHERE k.id = $1 AND k.revoked_at IS NULL`

	room statement = `SELECT rooms.*, templates.name AS template_name, templates.region AS template_region
	FROM rooms JOIN templates ON templates.id = rooms.template_id WHERE rooms.id = ? AND rooms.workspace_id = ?`

	codes statement = "SELECT * FROM codes WHERE room_id = ? ORDER BY role, id LIMIT ?"
)

// What they send in transactions.
const (
	lockRoom statement = "SELECT * FROM rooms WHERE id = ? AND workspace_id = ?"

	keepTemplate statement = "SELECT id FROM templates WHERE id = ? FOR SHARE" // Postgres only

	roleNames statement = "SELECT name FROM roles WHERE template_id = ? ORDER BY name"

	liveCodes statement = "SELECT * FROM codes WHERE room_id = ? AND " +
		"codes.enabled AND (codes.retires_at IS NULL OR codes.retires_at > ?) ORDER BY role, id"

	insertCode statement = `INSERT INTO "codes" ("id","code","room_id","role","enabled","orphaned","retires_at","not_before",` +
		`"expires_at","max_uses","uses","user_id","label","created_at","updated_at") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ` +
		`ON CONFLICT ("code") DO NOTHING`

	templateHead statement = "SELECT id, workspace_id, name, region, subdomain, custom_domain FROM templates WHERE id = ? AND workspace_id = ?"

	insertRoom statement = `INSERT INTO "rooms" ("id","workspace_id","template_id","name","name_key","description","enabled","region",` +
		`"recording_info","large_room","size","max_duration_seconds","polls","webhook_url","webhook_headers","created_at","updated_at",` +
		`"rules","expires_at") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT ("workspace_id","name_key") DO NOTHING`
)

var (
	reads  = []statement{door, bearer, room, codes}
	writes = []statement{lockRoom, roleNames, liveCodes, insertCode, templateHead, insertRoom}
)
