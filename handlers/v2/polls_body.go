package v2

import (
	"encoding/json"
	"strconv"

	"foyer/fault"
	"foyer/models"
	"foyer/polls"
)

// poll takes a poll; what is not given stays nil.
func (b *body) poll() polls.Draft {
	return polls.Draft{
		Title: b.text("title"), Type: b.text("type"), Duration: b.integer("duration"), Anonymous: b.flag("anonymous"),
		Mode: b.text("mode"), Start: b.text("start"), Voters: b.words("vote"), Viewers: b.words("responses"),
		Questions: objects(b, "questions", (*body).question),
	}
}

func (b *body) question() polls.QuestionDraft {
	return polls.QuestionDraft{
		Index: b.integer("index"), Text: b.text("text"), Type: b.text("type"), Format: b.text("format"),
		Attachments: objects(b, "attachment", (*body).attachment), Skippable: b.flag("skippable"), Once: b.flag("once"),
		Duration: b.integer("duration"), Weight: b.integer("weight"),
		MinLength: b.integer("answer_min_len"), MaxLength: b.integer("answer_max_len"),
		Answer: inner(b, "answer", b.object("answer"), (*body).answer), Options: objects(b, "options", (*body).option),
	}
}

func (b *body) attachment() models.Attachment {
	var a models.Attachment
	if kind := b.text("type"); kind != nil {
		a.Type = *kind
	}
	if url := b.text("url"); url != nil {
		a.URL = *url
	}
	return a
}

// answer takes an answer. Clients write the one right option of a single choice as option.
func (b *body) answer() polls.AnswerDraft {
	answer := polls.AnswerDraft{
		Hidden: b.flag("hidden"), Options: b.integers("options"), Text: b.text("text"), Case: b.flag("case"), Trim: b.flag("trim"),
	}
	if option := b.integer("option"); option != nil {
		answer.Options = append(answer.Options, *option)
	}
	return answer
}

func (b *body) option() polls.OptionDraft {
	return polls.OptionDraft{Index: b.integer("index"), Text: b.text("text"), Weight: b.integer("weight")}
}

// integers takes an array of integers.
func (b *body) integers(key string) []int {
	list := b.list(key)
	numbers := make([]int, len(list))
	for i, each := range list {
		number, _ := each.(json.Number)
		n, err := strconv.ParseInt(number.String(), 10, 32)
		if err != nil {
			b.wrong(key, "an array of integers")
		}
		numbers[i] = int(n)
	}
	return numbers
}

// words takes an array of strings.
func (b *body) words(key string) []string {
	var list []string
	for _, each := range b.strings(key) {
		text, _ := each.(string)
		if !storable(text) {
			b.wrong(key, "an array of strings without zero bytes")
		}
		list = append(list, text)
	}
	return list
}

// inner takes what is in a part of the body by take, and tells of its errors which part it was.
func inner[T any](b *body, part string, doc models.Document, take func(*body) T) T {
	within := &body{doc: doc}
	value := take(within)
	if within.err != nil && b.err == nil {
		b.err = fault.Invalidf("%s: %s", part, within.err.Error())
	}
	return value
}

// objects takes an array of objects, each by take.
func objects[T any](b *body, key string, take func(*body) T) []T {
	list := b.list(key)
	values := make([]T, 0, len(list))
	for i, each := range list {
		doc, ok := each.(map[string]any)
		if !ok {
			b.wrong(key, "an array of objects")
			return nil
		}
		values = append(values, inner(b, key+" "+strconv.Itoa(i+1), doc, take))
	}
	return values
}
