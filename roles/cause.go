package roles

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// cause says what is wrong with a value; "" when nothing is.
func (f Field) cause(value any, names []string) string {
	switch f.Kind {
	case Object:
		return unless(isObject(value), "must be an object")
	case List:
		return f.listCause(value, "objects", isObject)
	case Bool:
		_, ok := value.(bool)
		return unless(ok, "must be true or false")
	case Int, Number:
		return f.numberCause(value)
	case Text:
		return f.textCause(value)
	case Texts, RoleNames:
		return f.textsCause(value, names)
	case RoleName:
		name, ok := value.(string)
		return unless(ok && (name == Recorder || slices.Contains(names, name)), "must be the name of a role of the template")
	}
	return ""
}

func (f Field) numberCause(value any) string {
	low, high := f.Min, f.Max
	if high == 0 {
		high = math.MaxInt32
	}
	v, ok := float(value)
	within := ok && v >= low && v <= high
	article := "a number"
	if f.Kind == Int {
		article = "an integer"
		within = within && v == math.Trunc(v)
	}
	if within && (f.Step == 0 || math.Mod(v, f.Step) == 0) {
		return ""
	}
	cause := fmt.Sprintf("must be %s from %s to %s", article, plain(low), plain(high))
	if f.Step != 0 {
		cause += ", a multiple of " + plain(f.Step)
	}
	return cause
}

func (f Field) textCause(value any) string {
	text, ok := value.(string)
	switch {
	case !ok:
		return "must be a string"
	case f.Words != nil && !slices.Contains(f.Words, text):
		return "must be one of " + strings.Join(f.Words, ", ")
	case f.Max > 0 && utf8.RuneCountInString(text) > int(f.Max):
		return fmt.Sprintf("must have at most %s characters", plain(f.Max))
	}
	return ""
}

func (f Field) textsCause(value any, names []string) string {
	if cause := f.listCause(value, "strings", isText); cause != "" {
		return cause
	}
	words, cause := f.Words, "must hold only "+strings.Join(f.Words, ", ")
	switch {
	case f.Kind == RoleNames:
		words, cause = names, "must hold only names of roles of the template"
	case words == nil:
		return ""
	}
	for _, text := range value.([]any) {
		if !slices.Contains(words, text.(string)) {
			return cause
		}
	}
	return ""
}

func (f Field) listCause(value any, elements string, fits func(any) bool) string {
	list, ok := value.([]any)
	switch {
	case !ok || slices.ContainsFunc(list, func(each any) bool { return !fits(each) }):
		return "must be an array of " + elements
	case f.Max > 0 && len(list) > int(f.Max):
		return fmt.Sprintf("must hold at most %s %s", plain(f.Max), elements)
	}
	return ""
}

func isObject(value any) bool { _, ok := value.(map[string]any); return ok }

func isText(value any) bool { _, ok := value.(string); return ok }

func unless(fine bool, cause string) string {
	if fine {
		return ""
	}
	return cause
}

func float(value any) (float64, bool) {
	digits, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	v, err := digits.Float64()
	return v, err == nil
}

func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
