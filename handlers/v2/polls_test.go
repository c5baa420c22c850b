package v2_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"foyer/handlers/apitest"
	"foyer/models"
	"foyer/polls"
)

const (
	noContent = http.StatusNoContent

	noPoll     = `{"code":404,"message":"poll not found","details":[]}`
	noQuestion = `{"code":404,"message":"question not found","details":[]}`
	noOption   = `{"code":404,"message":"option not found","details":[]}`
	noResponse = `{"code":404,"message":"response not found","details":[]}`
	noResult   = `{"code":404,"message":"result not found","details":[]}`

	aQuiz = `p = POST /v2/polls {"title":"sums","type":"quiz","questions":[
		{"text":"2+2","weight":2,"answer":{"options":[2]},"options":[{"text":"3"},{"text":"4"},{"text":"5"}]},
		{"text":"colours","type":"multiple-choice","answer":{"options":[3,1,3]},"options":[{"text":"r"},{"text":"x"},{"text":"b"}]},
		{"text":"name","type":"short-answer","answer_min_len":2,"answer_max_len":9,"answer":{"text":"Bob"}}]}`
)

// Server contract 8.1: what a poll is like, and its defaults.
func TestCreatePoll(t *testing.T) {
	t.Parallel()
	const question = `"text":"q1","format":"text","attachment":[{"type":"mimetype","url":"url"}],"skippable":false,"duration":9,"once":true,` +
		`"weight":2,"answer_min_len":1,"answer_max_len":1024,"type":"single-choice",` +
		`"answer":{"hidden":true,"options":[1,2],"text":"o","case":true,"trim":false},` +
		`"options":[{"index":1,"text":"o","weight":1},{"index":2,"text":"p","weight":0}]}`
	const full = `"title":"first","duration":235,"anonymous":true,"mode":"peerid","type":"quiz","start":"manual",` +
		`"vote":["guest"],"responses":["host"],"questions":[{"index":1,` + question + `,{"index":2,` + question + `]}`
	apitest.Play(t, []apitest.Scenario{
		{
			Name: "nothing is needed", Request: `POST /v2/polls`, Status: ok,
			Contains: []string{`"title":"","duration":0,"anonymous":false,"mode":"userid","type":"poll","start":"auto","vote":[],"responses":[],"questions":[]}`},
		},
		{Name: "everything", Request: `POST /v2/polls {` + full, Status: ok, Contains: []string{full}},
		{Name: "everything is read again", Given: []string{`p = POST /v2/polls {` + full}, Request: `GET /v2/polls/{p.id}`, Status: ok, Contains: []string{`{"id":"{p.id}",` + full}},
		{
			Name: "the defaults of a question", Request: `POST /v2/polls {"questions":[{"options":[{}]}]}`, Status: ok,
			Contains: []string{`{"index":1,"text":"","format":"text","attachment":[],"skippable":true,"duration":0,"once":false,"weight":1,"answer_min_len":0,"answer_max_len":0,"type":"single-choice",` +
				`"answer":{"hidden":false,"options":[],"text":"","case":false,"trim":true},"options":[{"index":1,"text":"","weight":1}]}`},
		},
		{
			Name: "in the order of their indexes", Request: `POST /v2/polls {"questions":[{"index":2,"text":"b"},{"index":1,"text":"a"},{"text":"c"}]}`, Status: ok,
			Contains: []string{`{"index":1,"text":"a"`, `{"index":2,"text":"b"`, `{"index":3,"text":"c"`},
		},
		{Name: "the one right option as clients write it", Request: `POST /v2/polls {"questions":[{"answer":{"option":2},"options":[{},{}]}]}`, Status: ok, Contains: []string{`"options":[2],"text"`}},
		{Name: "unknown fields and nulls are left out", Request: `POST /v2/polls {"later":1,"title":null,"questions":null}`, Status: ok, Contains: []string{`"title":""`}, Lacks: []string{"later"}},
		{Name: "without a token", Request: `POST /v2/polls`, Auth: apitest.Nobody, Status: unauth},
	})
}

func TestCreatePollRefused(t *testing.T) {
	t.Parallel()
	many := func(n int, each string) string { return strings.TrimSuffix(strings.Repeat(each+",", n), ",") }
	inQuestion := func(fields string) string { return `{"questions":[{` + fields + `}]}` }
	var table []apitest.Scenario
	for body, message := range map[string]string{
		`[]`:                  `the body must be a JSON object`,
		`{"title":1}`:         `title must be a string`,
		`{"duration":"1"}`:    `duration must be an integer`,
		`{"duration":-1}`:     `duration must be an integer from 0 to 86400`,
		`{"anonymous":0}`:     `anonymous must be true or false`,
		`{"mode":"peer"}`:     `mode must be one of [userid peerid username]`,
		`{"type":"exam"}`:     `type must be one of [poll quiz]`,
		`{"start":"now"}`:     `start must be one of [auto manual]`,
		`{"vote":"host"}`:     `vote must be an array`,
		`{"vote":[1]}`:        `vote must be an array of strings`,
		`{"vote":[""]}`:       `vote: the name of a role has 1 to 64 characters`,
		`{"vote":["\u0000"]}`: `vote must be an array of strings without zero bytes`,
		`{"title":"` + strings.Repeat("x", 1001) + `"}`: `title must have at most 1000 characters`,
		`{"questions":{}}`:                                                       `questions must be an array`,
		`{"questions":[1]}`:                                                      `questions must be an array of objects`,
		`{"questions":[{},{"text":1}]}`:                                          `questions 2: text must be a string`,
		`{"questions":[` + many(51, `{}`) + `]}`:                                 `questions: at most 50 are possible`,
		`{"questions":[{"index":1},{"index":1}]}`:                                `questions: the indexes must be 1 to 2, each once`,
		`{"questions":[{"index":3},{}]}`:                                         `questions: the indexes must be 1 to 2, each once`,
		`{"questions":[{"index":0}]}`:                                            `questions: the indexes must be 1 to 1, each once`,
		inQuestion(`"type":"essay"`):                                             `question 1: type must be one of [single-choice multiple-choice short-answer long-answer]`,
		inQuestion(`"weight":-1`):                                                `question 1: weight must be an integer from 0 to 10000`,
		inQuestion(`"answer_max_len":4097`):                                      `question 1: answer_max_len must be an integer from 0 to 4096`,
		inQuestion(`"answer_min_len":3,"answer_max_len":2`):                      `question 1: answer_min_len must not be greater than answer_max_len`,
		inQuestion(`"text":"` + strings.Repeat("x", 4097) + `"`):                 `question 1: text must have at most 4096 characters`,
		inQuestion(`"format":"` + strings.Repeat("x", 257) + `"`):                `question 1: format must have at most 256 characters`,
		inQuestion(`"skippable":"yes"`):                                          `questions 1: skippable must be true or false`,
		inQuestion(`"attachment":[` + many(11, `{}`) + `]`):                      `question 1: attachment: at most 10 are possible`,
		inQuestion(`"attachment":["u"]`):                                         `questions 1: attachment must be an array of objects`,
		inQuestion(`"attachment":[{"url":"` + strings.Repeat("x", 2049) + `"}]`): `question 1: attachment: url must have at most 2048 characters`,
		inQuestion(`"attachment":[{"type":1}]`):                                  `questions 1: attachment 1: type must be a string`,
		inQuestion(`"answer":1`):                                                 `questions 1: answer must be an object`,
		inQuestion(`"answer":{"options":["1"]}`):                                 `questions 1: answer: options must be an array of integers`,
		inQuestion(`"answer":{"options":[1.5]}`):                                 `questions 1: answer: options must be an array of integers`,
		inQuestion(`"answer":{"options":[1]}`):                                   `question 1: answer: there is no option 1`,
		inQuestion(`"answer":{"option":0},"options":[{}]`):                       `question 1: answer: there is no option 0`,
		inQuestion(`"answer":{"text":"` + strings.Repeat("x", 4097) + `"}`):      `question 1: answer: text must have at most 4096 characters`,
		inQuestion(`"options":[` + many(51, `{}`) + `]`):                         `question 1: options: at most 50 are possible`,
		inQuestion(`"options":[{"index":2}]`):                                    `question 1: options: the indexes must be 1 to 1, each once`,
		inQuestion(`"options":[{},{"weight":10001}]`):                            `question 1: option 2: weight must be an integer from 0 to 10000`,
		inQuestion(`"options":[{"text":"` + strings.Repeat("x", 1025) + `"}]`):   `question 1: option 1: text must have at most 1024 characters`,
	} {
		name := body[:min(len(body), 60)]
		table = append(table,
			apitest.Scenario{Name: "create " + name, Request: `POST /v2/polls ` + body, Status: bad, Contains: []string{invalid + message + `"]}`}},
			apitest.Scenario{Name: "replace " + name, Given: []string{`p = POST /v2/polls`}, Request: `POST /v2/polls/{p.id} ` + body, Status: bad, Contains: []string{invalid + message + `"]}`}},
		)
	}
	apitest.Play(t, table)
}

// A rewrite is of everything.
func TestReplacePoll(t *testing.T) {
	t.Parallel()
	apitest.Play(t, []apitest.Scenario{
		{
			Name: "what is left out gets its default", Given: []string{aQuiz}, Request: `POST /v2/polls/{p.id} {"title":"new"}`, Status: ok,
			Contains: []string{`{"id":"{p.id}","title":"new"`, `"type":"poll"`, `"questions":[]`},
		},
		{Name: "and stays so", Given: []string{aQuiz, `POST /v2/polls/{p.id} {"questions":[{"text":"one"}]}`}, Request: `GET /v2/polls/{p.id}`, Status: ok, Contains: []string{`"title":""`, `"text":"one"`}, Lacks: []string{"2+2"}},
		{Name: "nothing at all", Given: []string{aQuiz}, Request: `POST /v2/polls/{p.id}`, Status: ok, Contains: []string{`"questions":[]`}},
	})
}

// One question, one option; those that follow move down.
func TestPollParts(t *testing.T) {
	t.Parallel()
	const path = `/v2/polls/{p.id}/questions/`
	read := func(want ...string) func(*testing.T, *apitest.Workspace, *apitest.Answer) {
		return func(t *testing.T, w *apitest.Workspace, _ *apitest.Answer) {
			t.Helper()
			body := string(w.Do(`GET /v2/polls/{p.id}`).Body)
			for _, each := range want {
				if !strings.Contains(body, each) {
					t.Errorf("the poll lacks %s:\n%s", each, body)
				}
			}
		}
	}
	given := []string{aQuiz}
	apitest.Play(t, []apitest.Scenario{
		{
			Name: "rewrite a question", Given: given, Request: `POST ` + path + `2 {"index":2,"text":"new","type":"long-answer"}`, Status: ok,
			Contains: []string{`{"index":2,"text":"new"`, `"type":"long-answer"`, `"options":[]}`}, Then: read(`{"index":1,"text":"2+2"`, `{"index":2,"text":"new"`, `{"index":3,"text":"name"`),
		},
		{Name: "delete the first question", Given: given, Request: `DELETE ` + path + `1`, Status: noContent, Then: read(`"questions":[{"index":1,"text":"colours"`, `{"index":2,"text":"name"`)},
		{Name: "delete the last question", Given: given, Request: `DELETE ` + path + `3`, Status: noContent, Then: read(`{"index":1,"text":"2+2"`, `{"index":2,"text":"colours"`)},
		{Name: "rewrite an option", Given: given, Request: `POST ` + path + `1/options/3 {"text":"six","weight":7}`, Status: ok, Contains: []string{`{"index":3,"text":"six","weight":7}`}, Then: read(`{"index":2,"text":"4","weight":1},{"index":3,"text":"six","weight":7}]`)},
		{Name: "delete a wrong option before the right one", Given: given, Request: `DELETE ` + path + `1/options/1`, Status: noContent, Then: read(`"options":[1],"text":"","case":false,"trim":true},"options":[{"index":1,"text":"4","weight":1},{"index":2,"text":"5","weight":1}]`)},
		{Name: "delete a right option", Given: given, Request: `DELETE ` + path + `2/options/1`, Status: noContent, Then: read(`"options":[2],"text":"","case":false,"trim":true},"options":[{"index":1,"text":"x","weight":1},{"index":2,"text":"b","weight":1}]`)},
		{Name: "question 0", Given: given, Request: `POST ` + path + `0`, Status: notFound, Contains: []string{noQuestion}},
		{Name: "question 4", Given: given, Request: `POST ` + path + `4`, Status: notFound, Contains: []string{noQuestion}},
		{Name: "question x", Given: given, Request: `DELETE ` + path + `x`, Status: notFound, Contains: []string{noQuestion}},
		{Name: "question 4 gone", Given: given, Request: `DELETE ` + path + `4`, Status: notFound, Contains: []string{noQuestion}},
		{Name: "option 4", Given: given, Request: `POST ` + path + `1/options/4`, Status: notFound, Contains: []string{noOption}},
		{Name: "option 0", Given: given, Request: `DELETE ` + path + `1/options/0`, Status: notFound, Contains: []string{noOption}},
		{Name: "option of question 4", Given: given, Request: `DELETE ` + path + `4/options/1`, Status: notFound, Contains: []string{noQuestion}},
		{Name: "another index than the path's", Given: given, Request: `POST ` + path + `2 {"index":1}`, Status: bad, Contains: []string{invalid + `question 2: index must be 2"]}`}},
		{Name: "another option than the path's", Given: given, Request: `POST ` + path + `2/options/1 {"index":2}`, Status: bad, Contains: []string{invalid + `option 1: index must be 1"]}`}},
		{Name: "a wrong question", Given: given, Request: `POST ` + path + `2 {"text":1}`, Status: bad, Contains: []string{invalid + `text must be a string"]}`}},
		{Name: "a wrong option", Given: given, Request: `POST ` + path + `2/options/1 {"weight":"1"}`, Status: bad, Contains: []string{invalid + `weight must be an integer"]}`}},
	})
}

// Server contract 1.5: the polls of another workspace are not there.
func TestPollTenancy(t *testing.T) {
	t.Parallel()
	const id = `/v2/polls/{p.id}`
	var table []apitest.Scenario
	for _, line := range []string{
		`GET ` + id, `POST ` + id + ` {"title":"mine now"}`, `POST ` + id + `/questions/1`, `DELETE ` + id + `/questions/1`,
		`POST ` + id + `/questions/1/options/1`, `DELETE ` + id + `/questions/1/options/1`, `GET ` + id + `/sessions`,
		`GET ` + id + `/responses`, `GET ` + id + `/responses/` + nowhere, `GET ` + id + `/results`, `GET ` + id + `/results/` + nowhere,
	} {
		table = append(table,
			apitest.Scenario{Name: "foreign " + line, Given: []string{aQuiz}, Request: line, Auth: apitest.Stranger, Status: notFound, Contains: []string{noPoll}, Then: stillThere},
			apitest.Scenario{Name: "unknown " + line, Request: strings.ReplaceAll(line, "{p.id}", nowhere), Status: notFound, Contains: []string{noPoll}},
			apitest.Scenario{Name: "no id " + line, Request: strings.ReplaceAll(line, "{p.id}", "x"), Status: notFound, Contains: []string{noPoll}},
			apitest.Scenario{Name: "without a token " + line, Given: []string{aQuiz}, Request: line, Auth: apitest.Nobody, Status: unauth},
		)
	}
	apitest.Play(t, table)
}

func stillThere(t *testing.T, w *apitest.Workspace, _ *apitest.Answer) {
	t.Helper()
	if a := w.Do(`GET /v2/polls/{p.id}`); a.At("title") != "sums" || a.At("questions.2.text") != "name" {
		t.Errorf("the poll was changed: %s", a.Body)
	}
}

// class lets a session go on in the workspace's room, in which peers answer the quiz {p.id}; each answer is the option of the first
// question, 0 to skip it.
func class(t *testing.T, w *apitest.Workspace, answers ...int) polls.Live {
	t.Helper()
	ctx := t.Context()
	w.Given(`POST /v2/rooms/{room} {"polls":["` + w.Fill("{p.id}") + `"]}`)
	live := polls.Live{Workspace: w.ID, Room: models.ID(w.Fill("{room}")), Session: w.Foyer.Store.NewID()}
	w.Name("session", string(live.Session))
	if _, err := w.Foyer.Polls.OpenAuto(ctx, &models.Session{ID: live.Session, WorkspaceID: w.ID, RoomID: live.Room}); err != nil {
		t.Fatal(err)
	}
	for n, option := range answers {
		live.Peer = polls.Peer{ID: fmt.Sprintf("peer-%d", n), UserID: fmt.Sprintf("user-%d", n), Role: "guest"}
		say(t, w, live, polls.Response{Question: 1, Option: &option, Skipped: option == 0, Duration: 1500})
	}
	return live
}

func say(t *testing.T, w *apitest.Workspace, live polls.Live, response polls.Response) {
	t.Helper()
	outcomes, err := w.Foyer.Polls.Respond(t.Context(), live, w.Fill("{p.id}"), []polls.Response{response})
	if err != nil || outcomes[0].Err != nil {
		t.Fatal(err, outcomes)
	}
}

// Server contract 8.1: what came of a poll, by session, by response and by score.
func TestPollHistory(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		w.Given(aQuiz)
		holds := func(line string, want ...string) *apitest.Answer {
			t.Helper()
			a := w.Do(line)
			for _, each := range want {
				if each = w.Fill(each); !strings.Contains(string(a.Body), each) {
					t.Errorf("%s: the body lacks %s:\n%s", line, each, a.Body)
				}
			}
			return a
		}
		const path = `GET /v2/polls/{p.id}/`
		for list, key := range map[string]string{"sessions": "responses", "responses": "responses", "results": "results"} {
			holds(path+list, `{"last":"","limit":10,"`+key+`":[]}`)
		}

		live := class(t, w, 2, 0, 1)
		say(t, w, live, polls.Response{Question: 3, Text: "BOB"})
		two := 2
		say(t, w, live, polls.Response{Question: 1, Option: &two})
		holds(path+`sessions`, `"session_id":"{session}","started_at":"2026-01-05T10:00:00.123Z","stopped_at":null,"total_responses":4,"unique_participants":3}`)
		holds(`POST /v2/polls/{p.id} {}`, invalid+`the poll is running"]}`)
		holds(`DELETE /v2/polls/{p.id}/questions/1`, invalid+`the poll is running"]}`)
		if _, err := f.Polls.CloseAll(t.Context(), live.Session); err != nil {
			t.Fatal(err)
		}
		holds(path+`sessions`, `"stopped_at":"2026-01-05T10:00:00.123Z"`)

		all := holds(path+`responses?all=true`, `"update":true`)
		if newer, older := all.At("responses.0.id"), all.At("responses.1.id"); newer <= older {
			t.Errorf("%s stands before %s", newer, older)
		}
		w.Name("new", all.At("responses.0.id"))
		w.Name("old", all.At("responses.2.id"))
		holds(path+`responses/{new}`, `{"id":"{new}","poll_id":"{p.id}","session_id":"{session}","duration":0,"question":1,"skipped":false,"options":[2],"text":"",`+
			`"update":true,"original_response":"{old}","retries":1,"sent_at":"2026-01-05T10:00:00.123Z","peer_id":"peer-2","user_id":"user-2"}`)
		holds(path+`responses/{old}`, `"update":false,"original_response":null,"retries":0`)
		holds(path+`responses/`+nowhere, noResponse)
		holds(path+`responses/x`, noResponse)
		holds(path+`results/{new}`, `{"id":"{new}","poll_id":"{p.id}","session_id":"{session}","question":1,"duration":0,"peer_id":"peer-2","user_id":"user-2","score":2}`)
		holds(path+`results/{old}`, noResult)
		holds(path+`results/`+nowhere, noResult)

		for line, want := range map[string]int{
			`responses`: 4, `responses?all=true`: 5, `responses?all=false`: 4, `responses?question=1`: 3, `responses?question=2`: 0,
			`responses?question=1&all=true`: 4, `responses?limit=1`: 1, `results`: 4, `results?question=3`: 1, `results?limit=200`: 4,
		} {
			if got := strings.Count(string(holds(path+line).Body), `"poll_id"`); got != want {
				t.Errorf("%s holds %d, want %d", line, got, want)
			}
		}
		holds(path+`results?question=3`, `"score":1`)
		holds(path+`results?limit=200`, `"limit":100`)
	})
}

func TestPollPages(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		w.Given(aQuiz)
		for range 3 {
			class(t, w, 1, 2)
		}
		for list, want := range map[string]int{"sessions": 3, "responses": 6, "results": 6} {
			seen, start := map[string]bool{}, ""
			for {
				page := w.Do(`GET /v2/polls/{p.id}/` + list + `?limit=2` + start)
				if page.At("last") == "" {
					break
				}
				for i := range 2 {
					for _, key := range []string{"responses", "results"} {
						if id := page.At(fmt.Sprintf("%s.%d.id", key, i)); id != "" {
							seen[id] = true
						}
					}
				}
				start = "&start=" + page.At("last")
			}
			if len(seen) != want {
				t.Errorf("%s: the pages hold %d, want %d", list, len(seen), want)
			}
		}
	})
}

func TestPollQueriesRefused(t *testing.T) {
	t.Parallel()
	var table []apitest.Scenario
	for _, list := range []string{"sessions", "responses", "results"} {
		for query, message := range map[string]string{
			"limit=0": "limit must be an integer from 1 to 100", "limit=x": "limit must be an integer from 1 to 100", "start=x": "start must be the last of the page before",
			"question=0": "question must be an integer from 1 to 50", "question=x": "question must be an integer from 1 to 50", "question=51": "question must be an integer from 1 to 50",
			"all=yes": "all must be true or false",
		} {
			known := !strings.HasPrefix(query, "question") || list != "sessions"
			if known && (list == "responses" || !strings.HasPrefix(query, "all")) {
				table = append(table, apitest.Scenario{Name: list + query, Given: []string{aQuiz}, Request: `GET /v2/polls/{p.id}/` + list + `?` + query, Status: bad, Contains: []string{badQuery + message}})
			}
		}
	}
	apitest.Play(t, table)
}

// Of an anonymous poll the API does not tell who has voted: it does not know.
func TestAnonymousPollHistory(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		w.Given(`p = POST /v2/polls {"anonymous":true,"questions":[{"options":[{},{}]}]}`)
		class(t, w, 2)
		for _, list := range []string{"responses", "results"} {
			if a := w.Do(`GET /v2/polls/{p.id}/` + list); !strings.Contains(string(a.Body), `"peer_id":"","user_id":""`) {
				t.Errorf("%s: %s", list, a.Body)
			}
		}
	})
}
