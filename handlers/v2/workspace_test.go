package v2_test

import (
	"strings"
	"testing"

	"foyer/handlers/apitest"
)

// Issue, The workspace.
func TestWorkspace(t *testing.T) {
	t.Parallel()
	hook := `POST /v2/workspace {"webhook":{"url":"https://hooks.example.org/rtc","headers":{"x-secret":"s1"}}}`
	apitest.Play(t, []apitest.Scenario{
		{
			Name: "read", Request: `GET /v2/workspace`, Status: ok,
			Contains: []string{
				`{"id":"{workspace}"`, `"name":"school"`, `"app_id":"{app}"`, `"region":"auto"`, `"default_template_id":"{template}"`,
				`"room_links_enabled":true`, `"webhook":null`, `"created_at":"`, `"updated_at":"`,
			},
		},
		{Name: "a change answers the whole object", Request: `POST /v2/workspace {"room_links_enabled":false}`, Status: ok, Contains: []string{`"room_links_enabled":false`, `"name":"school"`}, Then: readBack},
		{Name: "what is not named stays", Given: []string{hook, `POST /v2/workspace {"region":"eu"}`}, Request: `POST /v2/workspace {"name":"academy"}`, Status: ok, Contains: []string{`"name":"academy"`, `"region":"eu"`, `https://hooks.example.org/rtc`}, Then: readBack},
		{Name: "nothing changes nothing", Request: `POST /v2/workspace`, Status: ok, Contains: []string{`"name":"school"`}},
		{Name: "unknown and read-only fields are ignored", Request: `POST /v2/workspace {"id":"` + nowhere + `","app_id":"x","colour":"red"}`, Status: ok, Contains: []string{`{"id":"{workspace}"`, `"app_id":"{app}"`}},
		{Name: "webhook", Request: hook, Status: ok, Contains: []string{`"webhook":{"url":"https://hooks.example.org/rtc","headers":{"x-secret":"s1"}}`}, Then: readBack},
		{Name: "webhook replaced", Given: []string{hook}, Request: `POST /v2/workspace {"webhook":{"url":"http://other.example.org"}}`, Status: ok, Contains: []string{`"webhook":{"url":"http://other.example.org"}`}, Lacks: []string{"s1"}},
		{Name: "webhook removed", Given: []string{hook}, Request: `POST /v2/workspace {"webhook":null}`, Status: ok, Contains: []string{`"webhook":null`}, Then: readBack},
		{
			Name: "another default template is that of new rooms", Given: []string{`t = POST /v2/templates {"name":"second","roles":{"host":{}}}`, `POST /v2/workspace {"default_template_id":"{t.id}"}`},
			Request: `POST /v2/rooms`, Status: ok, Contains: []string{`"template_id":"{t.id}"`},
		},
		{
			Name: "and says that it is", Given: []string{`t = POST /v2/templates {"name":"second","roles":{"host":{}}}`, `POST /v2/workspace {"default_template_id":"{t.id}"}`},
			Request: `GET /v2/templates/{t.id}`, Status: ok, Contains: []string{`"default":true`},
		},
		{Name: "an empty name", Request: `POST /v2/workspace {"name":""}`, Status: bad, Contains: []string{invalid + "name must have 1 to 128 characters"}},
		{Name: "a long name", Request: `POST /v2/workspace {"name":"` + strings.Repeat("n", 129) + `"}`, Status: bad, Contains: []string{invalid}},
		{Name: "a name with a zero byte", Request: `POST /v2/workspace {"name":"a\u0000"}`, Status: bad, Contains: []string{invalid}},
		{Name: "an unsupported region", Request: `POST /v2/workspace {"region":"ap"}`, Status: bad, Contains: []string{"Error: region not supported"}},
		{Name: "an unknown template", Request: `POST /v2/workspace {"default_template_id":"` + nowhere + `"}`, Status: bad, Contains: []string{"Error: template not found"}},
		{Name: "a template id that is none", Request: `POST /v2/workspace {"default_template_id":"x"}`, Status: bad, Contains: []string{"Error: template not found"}},
		{Name: "a switch that is text", Request: `POST /v2/workspace {"room_links_enabled":"off"}`, Status: bad, Contains: []string{invalid}},
		{Name: "a webhook that is text", Request: `POST /v2/workspace {"webhook":"http://x"}`, Status: bad, Contains: []string{invalid}},
		{Name: "a webhook without url", Request: `POST /v2/workspace {"webhook":{}}`, Status: bad, Contains: []string{invalid + "webhook: url"}},
		{Name: "a webhook to a file", Request: `POST /v2/workspace {"webhook":{"url":"file:///etc/passwd"}}`, Status: bad, Contains: []string{invalid + "webhook: url"}},
		{Name: "a webhook without a host", Request: `POST /v2/workspace {"webhook":{"url":"https:///x"}}`, Status: bad, Contains: []string{invalid}},
		{Name: "a webhook too long", Request: `POST /v2/workspace {"webhook":{"url":"http://x/` + strings.Repeat("y", 2048) + `"}}`, Status: bad, Contains: []string{invalid}},
		{Name: "no token", Request: `GET /v2/workspace`, Auth: apitest.Nobody, Status: unauth},
	})
}

// readBack wants a GET of the workspace to give what the change answered.
func readBack(t *testing.T, w *apitest.Workspace, a *apitest.Answer) {
	t.Helper()
	if read := w.Do(`GET /v2/workspace`); string(read.Body) != string(a.Body) {
		t.Errorf("changed %s\nread    %s", a.Body, read.Body)
	}
}

// Issue, Links: room-links, with and without a template's own hosts.
func TestLinks(t *testing.T) {
	t.Parallel()
	links := `GET /v2/room-links/room/{room}`
	hosts := func(more string) string {
		return `POST /v2/templates {"name":"default","roles":{"host":{},"guest":{}},` + more + `}`
	}
	apitest.Play(t, []apitest.Scenario{
		{
			Name: "one for each enabled code", Request: links, Status: ok, Then: count(2),
			Contains: []string{
				`{"data":[{"role":"guest","code":"{guest}","prebuilt_link":"` + apitest.Public + `/meeting/{guest}","custom_link":null},`,
				`{"role":"host","code":"{host}","prebuilt_link":"` + apitest.Public + `/meeting/{host}","custom_link":null}]}`,
			},
		},
		{
			Name: "a subdomain goes before the host, scheme and port stay", Given: []string{hosts(`"subdomain":"Class-{workspace}"`)}, Request: links, Status: ok,
			Contains: []string{`"prebuilt_link":"http://class-{workspace}.foyer.test:8080/meeting/{guest}","custom_link":null`},
		},
		{
			Name: "a custom domain", Given: []string{hosts(`"custom_domain":"Meet.{workspace}.example.org"`)}, Request: links, Status: ok,
			Contains: []string{`"prebuilt_link":"` + apitest.Public + `/meeting/{guest}","custom_link":"https://meet.{workspace}.example.org/{guest}"`},
		},
		{
			Name: "both", Given: []string{hosts(`"subdomain":"x{workspace}","custom_domain":"{workspace}.example.org"`)}, Request: links, Status: ok,
			Contains: []string{`"http://x{workspace}.foyer.test:8080/meeting/{host}","custom_link":"https://{workspace}.example.org/{host}"`},
		},
		{
			Name: "disabled codes have none", Given: []string{`POST /v2/room-codes/code {"code":"{guest}","enabled":false}`}, Request: links, Status: ok,
			Lacks: []string{"{guest}"}, Then: count(1),
		},
		{Name: "limited codes have one", Given: []string{`x = POST /v2/room-codes/room/{room}/role/guest {"max_uses":1}`}, Request: links, Status: ok, Contains: []string{"{x.code}"}, Then: count(3)},
		{Name: "all hundred", Given: []string{`POST /v2/room-codes/room/{room}/role/guest {"count":98}`}, Request: links, Status: ok, Then: count(100)},
		{Name: "no codes", Given: []string{`x = POST /v2/rooms`}, Request: `GET /v2/room-links/room/{x.id}`, Status: ok, Contains: []string{`{"data":[]}`}},
		{Name: "a disabled room", Given: []string{`POST /v2/rooms/{room} {"enabled":false}`}, Request: links, Status: forbidden, Contains: []string{roomIsOff}},
		{Name: "an unknown room", Request: `GET /v2/room-links/room/` + nowhere, Status: notFound, Contains: []string{noRoom}},
		{Name: "a room id that is none", Request: `GET /v2/room-links/room/%00`, Status: notFound, Contains: []string{noRoom}},
	})
}

// Issue, Links: subdomain and custom_domain of a template.
func TestTemplateHosts(t *testing.T) {
	t.Parallel()
	create := func(more string) string { return `POST /v2/templates {"name":"t","roles":{"host":{}},` + more + `}` }
	wrong := func(name, more string) apitest.Scenario {
		return apitest.Scenario{Name: name, Request: create(more), Status: bad, Contains: []string{invalid}}
	}
	apitest.Play(t, []apitest.Scenario{
		{Name: "absent when not set", Request: create(`"plugins":{}`), Status: ok, Lacks: []string{"subdomain", "custom_domain"}},
		{Name: "shown when set", Request: create(`"subdomain":"s{workspace}","custom_domain":"{workspace}.example.net"`), Status: ok, Contains: []string{`"subdomain":"s{workspace}"`, `"custom_domain":"{workspace}.example.net"`}},
		{Name: "an update without them keeps them", Given: []string{`t = ` + create(`"subdomain":"k{workspace}"`)}, Request: `POST /v2/templates/{t.id} {"roles":{},"settings":{}}`, Status: ok, Contains: []string{`"subdomain":"k{workspace}"`}},
		{Name: "null takes them away", Given: []string{`t = ` + create(`"subdomain":"k{workspace}","custom_domain":"{workspace}.example.com"`)}, Request: `POST /v2/templates/{t.id} {"roles":{},"settings":{},"subdomain":null,"custom_domain":null}`, Status: ok, Lacks: []string{"subdomain", "custom_domain"}},
		{Name: "one that was given up may be taken", Given: []string{`t = ` + create(`"subdomain":"f{workspace}"`), create(`"subdomain":null`)}, Request: `POST /v2/templates {"name":"u","roles":{},"subdomain":"f{workspace}"}`, Status: ok},
		{Name: "a subdomain that another template has", Given: []string{create(`"subdomain":"q{workspace}"`)}, Request: `POST /v2/templates {"name":"u","roles":{},"subdomain":"q{workspace}"}`, Status: bad, Contains: []string{invalid + "subdomain is already taken"}},
		{Name: "a domain that another workspace has", Given: []string{create(`"custom_domain":"{workspace}.example.info"`)}, Auth: apitest.Stranger, Request: `POST /v2/templates {"name":"u","roles":{},"custom_domain":"{workspace}.EXAMPLE.info"}`, Status: bad, Contains: []string{invalid + "custom_domain is already taken"}},
		wrong("a subdomain of two labels", `"subdomain":"a.b"`),
		wrong("a subdomain with a slash", `"subdomain":"a/b"`),
		wrong("a subdomain that begins with a hyphen", `"subdomain":"-a"`),
		wrong("a subdomain of 64 letters", `"subdomain":"`+strings.Repeat("a", 64)+`"`),
		wrong("a subdomain that is a number", `"subdomain":5`),
		wrong("a domain of one label", `"custom_domain":"localhost"`),
		wrong("a domain with a port", `"custom_domain":"a.example.org:8080"`),
		wrong("a domain with a scheme", `"custom_domain":"https://a.example.org"`),
		wrong("an address", `"custom_domain":"192.0.2.1"`),
	})
}
