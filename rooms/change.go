package rooms

import (
	"context"
	"strings"
	"unicode/utf8"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
	"foyer/templates"
	"foyer/workspaces"
)

// Change is what a caller wants of a room; what is not given stays, or takes its default (server contract 2.2, 2.6).
type Change struct {
	Name               *string
	Description        *string
	TemplateID         *models.ID
	Template           *string // the old name of TemplateID: must be the template's name, on update only
	Region             *string
	Enabled            *bool
	LargeRoom          *bool
	Size               models.Optional[*int] // nil takes the bound away; so below
	MaxDurationSeconds models.Optional[*int]
	Polls              models.Optional[models.List]
	RecordingInfo      models.Optional[models.Document] // nil: the template's again
	Webhook            models.Optional[*workspaces.Webhook]
}

// The bounds of a room (server contract 2.2).
const (
	maxSize      = 2500
	maxLargeSize = 20000
	minDuration  = 120   // seconds
	maxDuration  = 43200 // seconds
	maxPolls     = 100

	maxDescription = 10_000 // characters; lists carry it
)

// apply checks what is given and puts it into the room. The room's template name and region follow its template.
func (s *Service) apply(ctx context.Context, tx *store.Store, r *models.Room, c Change) error {
	if err := checkTemplateName(ctx, tx, r, c); err != nil {
		return err
	}
	if c.TemplateID != nil && *c.TemplateID != r.TemplateID {
		if err := putTemplate(ctx, tx, r, *c.TemplateID); err != nil {
			return err
		}
	}
	if err := putWords(r, c); err != nil {
		return err
	}
	if err := putBounds(r, c); err != nil {
		return err
	}
	return s.putSecrets(r, c)
}

func putTemplate(ctx context.Context, tx *store.Store, r *models.Room, id models.ID) error {
	head, err := tx.TemplateHead(ctx, r.WorkspaceID, id)
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Invalid, "Error: template not found", "Error: template not found")
	}
	r.TemplateID, r.TemplateName, r.TemplateRegion = head.ID, head.Name, head.Region
	return err
}

// checkTemplateName lets a client post back the deprecated `template` that it was given, also when it moves the room (server contract
// 14.10).
func checkTemplateName(ctx context.Context, tx *store.Store, r *models.Room, c Change) error {
	if c.Template == nil {
		return nil
	}
	head, err := tx.TemplateHead(ctx, r.WorkspaceID, r.TemplateID)
	if err == nil && head.Name != *c.Template {
		err = useTemplateID()
	}
	return err
}

func putWords(r *models.Room, c Change) error {
	if c.Name != nil {
		if err := checkName(*c.Name); err != nil {
			return err
		}
		r.Name, r.NameKey = *c.Name, strings.ToLower(*c.Name)
	}
	if c.Description != nil {
		if utf8.RuneCountInString(*c.Description) > maxDescription {
			return fault.Invalidf("description must have at most %d characters", maxDescription)
		}
		r.Description = *c.Description
	}
	if c.Region != nil {
		if err := workspaces.CheckRegion(*c.Region); err != nil {
			return err
		}
		r.Region = *c.Region
	}
	if c.Enabled != nil {
		r.Enabled = *c.Enabled
	}
	return nil
}

func checkName(name string) error {
	if name == "" || len(name) > 256 {
		return fault.Invalidf("room name must have 1 to 256 characters")
	}
	for _, b := range []byte(name) {
		letter := b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
		if !letter && !strings.ContainsRune(".-:_", rune(b)) {
			return fault.Invalidf("room name may hold letters a-z and A-Z, digits and . - : _ only")
		}
	}
	return nil
}

func putBounds(r *models.Room, c Change) error {
	if c.LargeRoom != nil {
		r.LargeRoom = *c.LargeRoom
	}
	if c.Size.Given {
		r.Size = c.Size.Value
	}
	if err := checkSize(r); err != nil {
		return err
	}
	if c.MaxDurationSeconds.Given {
		r.MaxDurationSeconds = c.MaxDurationSeconds.Value
	}
	if d := r.MaxDurationSeconds; d != nil && *d < minDuration {
		return fault.Invalidf("max_duration_seconds less than %d", minDuration)
	} else if d != nil && *d > maxDuration {
		return fault.Invalidf("max_duration_seconds greater than %d", maxDuration)
	}
	if c.Polls.Given {
		if len(c.Polls.Value) > maxPolls {
			return fault.Invalidf("polls: at most %d are possible", maxPolls)
		}
		r.Polls = c.Polls.Value
	}
	return nil
}

// checkSize keeps the documented words to the letter (server contract 2.2, 14.18).
func checkSize(r *models.Room) error {
	switch {
	case r.Size == nil:
		return nil
	case *r.Size < 0:
		return fault.Invalidf("room size less than 0")
	case !r.LargeRoom && *r.Size > maxSize:
		return fault.Invalidf("room size greater than %d, set large_room flag as true", maxSize)
	case *r.Size > maxLargeSize:
		return fault.Invalidf("room size greater than %d", maxLargeSize)
	}
	return nil
}

// putSecrets puts what is sealed before it is stored.
func (s *Service) putSecrets(r *models.Room, c Change) error {
	if c.Webhook.Given {
		hook := c.Webhook.Value
		if err := hook.Check(); err != nil {
			return err
		}
		r.WebhookURL, r.WebhookHeaders = nil, nil
		if hook != nil {
			headers, err := s.box.SealHeaders(hook.Headers, webhookContext(r))
			if err != nil {
				return err
			}
			r.WebhookURL, r.WebhookHeaders = &hook.URL, headers
		}
	}
	if !c.RecordingInfo.Given {
		return nil
	}
	info := c.RecordingInfo.Value.Clone()
	if err := checkRecordingInfo(info); err != nil {
		return err
	}
	if info != nil {
		s.box.Credentials(info, r.RecordingInfo, "secret", "recording of room "+string(r.ID))
		if err := templates.CheckSecret(info, "upload_info", "secret"); err != nil {
			return err
		}
	}
	r.RecordingInfo = info
	return nil
}

// checkRecordingInfo holds the table of server contract 2.3.
func checkRecordingInfo(info models.Document) error {
	if enabled, given := info["enabled"]; given && enabled != nil {
		if _, ok := enabled.(bool); !ok {
			return fault.Invalidf("recording_info: enabled must be true or false")
		}
	}
	given := info["upload_info"]
	if given == nil {
		return nil
	}
	upload, ok := given.(map[string]any)
	if !ok {
		return fault.Invalidf("recording_info: upload_info must be an object")
	}
	return templates.CheckUpload(upload)
}
