package v2

import (
	"net/http"
	"strconv"

	"foyer/models"
	"foyer/polls"
	"foyer/store"

	"github.com/labstack/echo/v4"
)

func (h *Handler) mountPolls(g routes) {
	const question = "/polls/:poll_id/questions/:question"
	g.post("/polls", h.createPoll)
	g.post("/polls/:poll_id", h.replacePoll)
	g.get("/polls/:poll_id", h.poll)
	g.post(question, h.replaceQuestion)
	g.add(http.MethodDelete, question, h.removeQuestion)
	g.post(question+"/options/:option", h.replaceOption)
	g.add(http.MethodDelete, question+"/options/:option", h.removeOption)
	g.get("/polls/:poll_id/sessions", h.pollSessions)
	g.get("/polls/:poll_id/responses", h.pollResponses)
	g.get("/polls/:poll_id/responses/:response_id", h.pollResponse)
	g.get("/polls/:poll_id/results", h.pollResults)
	g.get("/polls/:poll_id/results/:result_id", h.pollResult)
}

func (h *Handler) createPoll(c echo.Context) error {
	b := readBody(c)
	draft := b.poll()
	if b.err != nil {
		return b.err
	}
	poll, err := h.Polls.Create(c.Request().Context(), workspace(c).ID, draft)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, newPoll(&poll))
}

func (h *Handler) replacePoll(c echo.Context) error {
	b := readBody(c)
	draft := b.poll()
	if b.err != nil {
		return b.err
	}
	poll, err := h.Polls.Replace(c.Request().Context(), workspace(c).ID, id(c, "poll_id"), draft)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, newPoll(&poll))
}

func (h *Handler) poll(c echo.Context) error {
	poll, err := h.Polls.Poll(c.Request().Context(), workspace(c).ID, id(c, "poll_id"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, newPoll(&poll))
}

// index is a part of the path that is a place in a list. One that cannot be a place names nothing: it becomes 0, which nothing has.
func index(c echo.Context, name string) int {
	n, _ := strconv.Atoi(param(c, name))
	return n
}

func (h *Handler) replaceQuestion(c echo.Context) error {
	b := readBody(c)
	draft := b.question()
	if b.err != nil {
		return b.err
	}
	n := index(c, "question")
	question, err := h.Polls.ReplaceQuestion(c.Request().Context(), workspace(c).ID, id(c, "poll_id"), n, draft)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, newQuestion(n, &question))
}

func (h *Handler) removeQuestion(c echo.Context) error {
	err := h.Polls.RemoveQuestion(c.Request().Context(), workspace(c).ID, id(c, "poll_id"), index(c, "question"))
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handler) replaceOption(c echo.Context) error {
	b := readBody(c)
	draft := b.option()
	if b.err != nil {
		return b.err
	}
	at := optionOf(c)
	option, err := h.Polls.ReplaceOption(c.Request().Context(), workspace(c).ID, id(c, "poll_id"), at, draft)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, newOption(at.Option, option))
}

func optionOf(c echo.Context) polls.Place {
	return polls.Place{Question: index(c, "question"), Option: index(c, "option")}
}

func (h *Handler) removeOption(c echo.Context) error {
	if err := h.Polls.RemoveOption(c.Request().Context(), workspace(c).ID, id(c, "poll_id"), optionOf(c)); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handler) pollSessions(c echo.Context) error {
	q := &query{c: c}
	page := q.page(10)
	if q.err != nil {
		return q.err
	}
	runs, err := h.Polls.Runs(c.Request().Context(), workspace(c).ID, id(c, "poll_id"), page)
	if err != nil {
		return err
	}
	l := newListing(page, runs, func(r *store.CountedRun) models.ID { return r.ID }, newPollSession)
	return c.JSON(http.StatusOK, responseListing[pollSession]{Last: l.Last, Limit: l.Limit, Responses: l.Data})
}

func (h *Handler) pollResponses(c echo.Context) error {
	q := &query{c: c}
	page, filter, all := q.page(10), store.ResponseFilter{Question: q.question()}, q.flag("all")
	if q.err != nil {
		return q.err
	}
	filter.Replaced = all != nil && *all
	rows, err := h.Polls.History(c.Request().Context(), workspace(c).ID, id(c, "poll_id"), filter, page)
	if err != nil {
		return err
	}
	l := newListing(page, rows, responseID, newPollResponse)
	return c.JSON(http.StatusOK, responseListing[pollResponse]{Last: l.Last, Limit: l.Limit, Responses: l.Data})
}

func responseID(r *models.PollResponse) models.ID { return r.ID }

// question takes the index of a question; 0 when it is not given.
func (q *query) question() int {
	text := q.text("question")
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > polls.MaxQuestions {
		q.wrong("question must be an integer from 1 to " + strconv.Itoa(polls.MaxQuestions))
	}
	return n
}

func (h *Handler) pollResponse(c echo.Context) error {
	row, err := h.Polls.Response(c.Request().Context(), workspace(c).ID, id(c, "poll_id"), id(c, "response_id"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, newPollResponse(&row))
}

func (h *Handler) pollResults(c echo.Context) error {
	q := &query{c: c}
	page, filter := q.page(10), store.ResponseFilter{Question: q.question()}
	if q.err != nil {
		return q.err
	}
	rows, err := h.Polls.History(c.Request().Context(), workspace(c).ID, id(c, "poll_id"), filter, page)
	if err != nil {
		return err
	}
	l := newListing(page, rows, responseID, newPollResult)
	return c.JSON(http.StatusOK, resultListing{Last: l.Last, Limit: l.Limit, Results: l.Data})
}

func (h *Handler) pollResult(c echo.Context) error {
	row, err := h.Polls.Result(c.Request().Context(), workspace(c).ID, id(c, "poll_id"), id(c, "result_id"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, newPollResult(&row))
}
