package templates

import (
	"regexp"
	"strings"

	"foyer/fault"
	"foyer/models"
)

// label is one part of a host name; domain is at least two of them.
var (
	label  = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	domain = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)
)

// putHosts checks and puts the hosts under which a template's links go out.
func putHosts(t *models.Template, d Draft) error {
	if d.Subdomain.Given {
		subdomain, err := host(d.Subdomain.Value, "subdomain must be one label of a host name", label)
		if err != nil {
			return err
		}
		t.Subdomain = subdomain
	}
	if d.CustomDomain.Given {
		custom, err := host(d.CustomDomain.Value, "custom_domain must be a host name such as meet.example.org", domain)
		if err != nil {
			return err
		}
		t.CustomDomain = custom
	}
	return nil
}

func host(name *string, cause string, shape *regexp.Regexp) (*string, error) {
	if name == nil || *name == "" {
		return nil, nil //nolint:nilnil // an absent host is not an error
	}
	low := strings.ToLower(*name)
	if len(low) > 253 || !shape.MatchString(low) {
		return nil, fault.Invalidf("%s", cause)
	}
	return &low, nil
}
