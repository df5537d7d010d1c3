package approved_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/approved"
	"shouwang.care/shouwang/alerts/notify/notifytest"
)

func TestEachKindAndLanguageHasItsTemplate(t *testing.T) {
	templates := approved.Templates{"alarm": {ID: "zh"}, "alarm.en": {ID: "en"}, "news": {ID: "news"}}
	for _, c := range []struct {
		kind     notify.Kind
		language notify.Language
		want     string
	}{
		{notify.Alarm, notify.ZH, "zh"},
		{notify.Alarm, notify.EN, "en"},
		{notify.News, notify.EN, "news"},
	} {
		got, err := templates.For(notify.Message{Kind: c.kind, Language: c.language})
		if err != nil || got.ID != c.want {
			t.Errorf("%s in %s: %q, %v; want %q", c.kind, c.language, got.ID, err, c.want)
		}
	}
	_, err := templates.For(notify.Message{Kind: notify.Storm})
	if f := notify.AsFailure(err); f == nil || f.Reason != notify.Misconfigured || !f.Permanent {
		t.Errorf("a kind without a template gives %+v", f)
	}
}

func TestVariablesAreFilledWithinTheirLimits(t *testing.T) {
	m := notifytest.Message("+8613812345678")
	m.Params[notify.ParamSite] = "【湖畔】\n养老院"
	tpl := approved.Template{Fill: []string{"site", "thing2=place", "count", "code", "title"}}
	want := []approved.Value{
		{"site", "site", "(湖畔) 养…"},
		{"thing2", "place", "2 楼 20…"},
		{"count", "count", "-"},
		{"code", "code", "Zm9vYmFy"},
		{"title", "title", "跌倒 2 楼…"},
	}
	if diff := cmp.Diff(want, tpl.Values(m, 7)); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
}

func TestTheCodeIsTheLastPartOfTheLink(t *testing.T) {
	for link, want := range map[string]string{
		"https://gateway.example.org/a/Zm9vYmFy":     "Zm9vYmFy",
		"https://gateway.example.org/a/Zm9vYmFy?x=1": "Zm9vYmFy",
		"https://gateway.example.org/":               "",
		"":                                           "",
	} {
		if got := approved.Part(notify.Message{Link: link}, notify.ParamCode); got != want {
			t.Errorf("%q has the code %q, want %q", link, got, want)
		}
	}
}

func TestEveryMistakeInTemplatesIsShown(t *testing.T) {
	var m notify.Mistakes
	approved.Templates{
		"news":     {Fill: []string{"who=name", "=place", "url=link", "code"}},
		"alarm.fr": {ID: "x"},
	}.Check(&m, "templates", notify.ParamCode)
	text := ""
	if err := m.Err(); err != nil {
		text = err.Error()
	}
	for _, want := range []string{
		"templates: a template for the kind alarm", "templates.news.id", `no part "name"`, `"=place" names no variable`,
		"a whole address", "code cannot be used", `no kind of message "alarm.fr"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not said in:\n%s", want, text)
		}
	}
}

func FuzzValues(f *testing.F) {
	f.Add("a=title", "跌倒\x00【", "https://example.org/a/b", 3)
	f.Add("code", "", "%zz", 0)
	f.Fuzz(func(t *testing.T, fill, text, link string, limit int) {
		limit = limit & 63
		m := notify.Message{Title: text, Text: text, Link: link}
		for _, v := range (approved.Template{Fill: []string{fill}}).Values(m, limit) {
			if v.Part != notify.ParamCode && utf8.RuneCountInString(v.Text) > max(limit, 1) {
				t.Errorf("%q has more than %d characters", v.Text, limit)
			}
			if v.Text == "" {
				t.Errorf("%q is empty", v.Name)
			}
		}
	})
}
