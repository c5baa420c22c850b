package rooms

import (
	"context"
	"net/url"

	"foyer/models"
	"foyer/store"
)

// Link is where one code of a room leads.
type Link struct {
	Role     string
	Code     string
	Prebuilt string  // the page that Foyer serves
	Custom   *string // the same on the template's own domain
}

// Links lists one entry for each enabled code of a room, by role and age. Public is the address under which Foyer is reached; a
// template's subdomain goes before its host. Kinds NotFound; Forbidden when the room is disabled.
func (s *Service) Links(ctx context.Context, workspace, room models.ID, public *url.URL) ([]Link, error) {
	enabled := true
	list, err := s.codes.List(ctx, workspace, room, store.CodeFilter{Enabled: &enabled}, store.Page{Limit: 2 * maxListed})
	if err != nil {
		return nil, err
	}
	found, err := s.store.Room(ctx, workspace, room)
	if err != nil {
		return nil, err
	}
	head, err := s.store.TemplateHead(ctx, workspace, found.TemplateID)
	if err != nil {
		return nil, err
	}
	links := make([]Link, len(list))
	for i, code := range list {
		links[i] = link(code, &head, public)
	}
	return links, nil
}

// maxListed is above what codes.Limit allows, so that no link is left out.
const maxListed = 100

func link(code models.Code, t *models.Template, public *url.URL) Link {
	prebuilt := url.URL{Scheme: public.Scheme, Host: public.Host, Path: "/meeting/" + code.Code}
	if t.Subdomain != nil {
		prebuilt.Host = *t.Subdomain + "." + public.Host
	}
	l := Link{Role: code.Role, Code: code.Code, Prebuilt: prebuilt.String()}
	if t.CustomDomain != nil {
		custom := "https://" + *t.CustomDomain + "/" + code.Code
		l.Custom = &custom
	}
	return l
}
