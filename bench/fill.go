package main

import (
	"context"
	"fmt"
	"strings"
)

// numbers is a table of the numbers from one to another, for both databases.
const numbers = `WITH RECURSIVE numbers(n) AS (SELECT CAST(%d AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < %d) `

// roomID is the id of the room of a number, as made by insertRooms.
func roomID(n int) string { return fmt.Sprintf("%024x", n) }

// hexID is the same in SQL.
func (s *site) hexID(number string) string {
	if s.engine == sqlite {
		return "printf('%024x', " + number + ")"
	}
	return "lpad(to_hex(" + number + "), 24, '0')"
}

// insertRooms makes the rooms of the numbers from first on, like the demo room but without codes, by one statement.
func (s *site) insertRooms(ctx context.Context, first, count int) error {
	id := s.hexID("n")
	_, err := s.fill.ExecContext(ctx, `INSERT INTO rooms (id, workspace_id, template_id, name, name_key, description, enabled, region,
			large_room, created_at, updated_at) `+
		fmt.Sprintf(numbers, first, first+count-1)+
		`SELECT `+id+`, workspace_id, template_id, 'room-' || `+id+`, 'room-' || `+id+`, description, enabled, region,
			large_room, created_at, updated_at
		FROM numbers, rooms WHERE rooms.name_key = 'demo'`)
	return err
}

// What makes a code of a number: numbers up to codeSpace are spread over all codes, none twice. The product fits into 63 bits for
// the first five million numbers.
const (
	codeSpace  = 141_167_095_653_376 // 26 to the power of 10
	codeFactor = 1_618_033_988_749   // has no divisor in common with codeSpace
)

const alphabet = "abcdefghijklmnopqrstuvwxyz"

// codeOf is the code of a number, as made by insertCodes.
func codeOf(n int) string {
	rest := n * codeFactor % codeSpace
	var letters [10]byte
	for i := range letters {
		letters[i] = alphabet[rest%26]
		rest /= 26
	}
	return string(letters[:3]) + "-" + string(letters[3:7]) + "-" + string(letters[7:])
}

// codeInSQL is the same in SQL.
func codeInSQL() string {
	var b strings.Builder
	place := 1
	for i := range 10 {
		if i == 3 || i == 7 {
			b.WriteString("'-' || ")
		}
		fmt.Fprintf(&b, "substr('%s', CAST(1 + (n * %d %% %d) / %d %% 26 AS INTEGER), 1) || ", alphabet, codeFactor, codeSpace, place)
		place *= 26
	}
	return strings.TrimSuffix(b.String(), " || ")
}

// codesPerRoom is how many codes a room may have.
const codesPerRoom = 100

// insertCodes makes count codes, by turns for both roles, in rooms that it makes too.
func (s *site) insertCodes(ctx context.Context, count int) error {
	if err := s.insertRooms(ctx, 0, (count+codesPerRoom-1)/codesPerRoom); err != nil {
		return fmt.Errorf("make rooms: %w", err)
	}
	_, err := s.fill.ExecContext(ctx, `INSERT INTO codes (id, code, room_id, role, enabled, orphaned, uses, created_at, updated_at) `+
		fmt.Sprintf(numbers, 0, count-1)+
		`SELECT `+s.hexID("n")+`, `+codeInSQL()+`, `+s.hexID(fmt.Sprintf("n / %d", codesPerRoom))+`,
			CASE WHEN n % 2 = 0 THEN 'host' ELSE 'guest' END, enabled, NOT enabled, 0, created_at, updated_at
		FROM numbers, rooms WHERE rooms.name_key = 'demo'`)
	if err != nil {
		return fmt.Errorf("make codes: %w", err)
	}
	return s.settle(ctx)
}

// settle does what the database would do by itself some time after so many rows.
func (s *site) settle(ctx context.Context) error {
	statement := "VACUUM ANALYZE"
	if s.engine == sqlite {
		statement = "PRAGMA wal_checkpoint(TRUNCATE)"
	}
	_, err := s.fill.ExecContext(ctx, statement)
	return err
}
