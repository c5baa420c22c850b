package workspaces

import (
	"context"
	"net/url"
	"slices"
	"unicode/utf8"

	"foyer/fault"
	"foyer/models"
	"foyer/seal"
	"foyer/store"
)

// Regions are the regions that 100ms knows (server contract 1.10).
var Regions = []string{"auto", "in", "us", "eu"}

// Service keeps workspaces. Safe for concurrent use.
type Service struct {
	store *store.Store
	box   *seal.Box
}

// New makes the service.
func New(s *store.Store, box *seal.Box) *Service { return &Service{store: s, box: box} }

// Create makes a workspace that has nothing yet: no key, no template. Kind Invalid when the name cannot be one.
func (s *Service) Create(ctx context.Context, name string) (models.Workspace, error) {
	at := s.store.Stamp()
	w := models.Workspace{
		ID: s.store.NewID(), AppID: s.store.NewID(), Name: name, Region: "auto", RoomLinksEnabled: true, CreatedAt: at, UpdatedAt: at,
	}
	if err := checkName(name); err != nil {
		return w, err
	}
	return w, s.store.CreateWorkspace(ctx, &w)
}

func checkName(name string) error {
	if n := utf8.RuneCountInString(name); n < 1 || n > 128 {
		return fault.Invalidf("name must have 1 to 128 characters")
	}
	return nil
}

// Webhook is where a workspace's or a room's events go.
type Webhook struct {
	URL     string
	Headers map[string]string // sealed at rest; shown to whoever holds a management token, as 100ms does
}

// Check errs with Invalid unless the webhook can be called.
func (h *Webhook) Check() error {
	if h == nil {
		return nil
	}
	u, err := url.Parse(h.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(h.URL) > 2048 {
		return fault.Invalidf("webhook: url must be an absolute http or https URL of at most 2048 characters")
	}
	if len(h.Headers) > 32 {
		return fault.Invalidf("webhook: at most 32 headers are possible")
	}
	for name, value := range h.Headers {
		if !headerName(name) || len(value) > 4096 || !printable(value) {
			return fault.Invalidf("webhook: headers must be HTTP header names with printable values of at most 4096 characters")
		}
	}
	return nil
}

func headerName(name string) bool {
	for _, b := range []byte(name) {
		letter := b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
		if !letter && b != '-' && b != '_' {
			return false
		}
	}
	return name != "" && len(name) <= 128
}

func printable(value string) bool {
	return !slices.ContainsFunc([]byte(value), func(b byte) bool { return b < ' ' && b != '\t' || b == 0x7f })
}

// Change is what a caller wants changed; what is not given stays.
type Change struct {
	Name              *string
	Region            *string
	DefaultTemplateID *models.ID
	RoomLinksEnabled  *bool
	Webhook           models.Optional[*Webhook] // nil takes it away
}

// Change changes a workspace and returns it whole. Kind Invalid.
func (s *Service) Change(ctx context.Context, id models.ID, c Change) (models.Workspace, error) {
	var w models.Workspace
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		var err error
		if w, err = tx.LockWorkspace(ctx, id); err != nil {
			return err
		}
		if err := s.apply(ctx, tx, &w, c); err != nil {
			return err
		}
		w.UpdatedAt = tx.Stamp()
		return tx.UpdateWorkspace(ctx, w)
	})
	return w, err
}

func (s *Service) apply(ctx context.Context, tx *store.Store, w *models.Workspace, c Change) error {
	if c.Name != nil {
		if err := checkName(*c.Name); err != nil {
			return err
		}
		w.Name = *c.Name
	}
	if c.Region != nil {
		if err := CheckRegion(*c.Region); err != nil {
			return err
		}
		w.Region = *c.Region
	}
	if c.RoomLinksEnabled != nil {
		w.RoomLinksEnabled = *c.RoomLinksEnabled
	}
	if c.DefaultTemplateID != nil {
		if _, err := tx.TemplateHead(ctx, w.ID, *c.DefaultTemplateID); fault.Is(err, fault.NotFound) {
			return fault.New(fault.Invalid, "Error: template not found", "Error: template not found")
		} else if err != nil {
			return err
		}
		w.DefaultTemplateID = *c.DefaultTemplateID
	}
	if c.Webhook.Given {
		return s.putWebhook(w, c.Webhook.Value)
	}
	return nil
}

func (s *Service) putWebhook(w *models.Workspace, h *Webhook) error {
	if err := h.Check(); err != nil {
		return err
	}
	if h == nil {
		w.WebhookURL, w.WebhookHeaders = nil, nil
		return nil
	}
	headers, err := s.box.SealHeaders(h.Headers, "webhook of workspace "+string(w.ID))
	if err != nil {
		return err
	}
	w.WebhookURL, w.WebhookHeaders = &h.URL, headers
	return nil
}

// Webhook is a workspace's webhook with its headers in clear; nil when it has none.
func (s *Service) Webhook(w *models.Workspace) (*Webhook, error) {
	if w.WebhookURL == nil {
		return nil, nil //nolint:nilnil // a workspace need not have one
	}
	headers, err := s.box.OpenHeaders(w.WebhookHeaders, "webhook of workspace "+string(w.ID))
	return &Webhook{URL: *w.WebhookURL, Headers: headers}, err
}

// CheckRegion errs with Invalid unless it is a region, in the words of the contract (1.10).
func CheckRegion(region string) error {
	if slices.Contains(Regions, region) {
		return nil
	}
	return fault.New(fault.Invalid, "Error: region not supported", "Error: region not supported: it must be in, us, eu or auto")
}

// List lists all workspaces, oldest first.
func (s *Service) List(ctx context.Context) ([]models.Workspace, error) {
	return s.store.Workspaces(ctx)
}
