package web

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"html/template"
	"io"
)

// Style is the style sheet of all pages. StylePath changes with it, so that it may be cached for ever.
var (
	//go:embed style.css
	Style []byte

	StylePath = "/assets/style." + hash(Style) + ".css"
)

//go:embed door.html
var doorPage string

var door = template.Must(template.New("door").Parse(doorPage))

func hash(asset []byte) string {
	sum := sha256.Sum256(asset)
	return hex.EncodeToString(sum[:6])
}

// Door is what the page behind a join link says: the room and the role, or why the link does not work.
type Door struct {
	Room        string
	Role        string
	Description string
	Why         string // when the link does not work
}

// WriteDoor writes the page behind a join link.
func WriteDoor(w io.Writer, d Door) error {
	return door.Execute(w, struct {
		Door

		Style string
	}{d, StylePath})
}
