package templated

import (
	"testing"

	"shouwang.care/shouwang/alerts/notify"
)

func TestTextsAreFoundInAnswers(t *testing.T) {
	const answer = `{"code":0,"ok":true,"id":3487542469355618313,"data":{"list":[{"no":"a"},{"no":"b"}],"none":null},"a b":"c"}`
	for _, c := range []struct {
		name string
		find Find
		body string
		want string
		ok   bool
	}{
		{"a number", Find{JSON: "code"}, answer, "0", true},
		{"true", Find{JSON: "ok"}, answer, "true", true},
		{"a number of 19 digits", Find{JSON: "id"}, answer, "3487542469355618313", true},
		{"in a list", Find{JSON: "data.list[1].no"}, answer, "b", true},
		{"a name with a blank", Find{JSON: "a b"}, answer, "c", true},
		{"a list at the top", Find{JSON: "[0].id"}, `[{"id":"x"}]`, "x", true},
		{"a list in a list", Find{JSON: "[0][1]"}, `[["x","y"]]`, "y", true},
		{"beyond the list", Find{JSON: "data.list[2].no"}, answer, "", false},
		{"null", Find{JSON: "data.none"}, answer, "", false},
		{"an object", Find{JSON: "data"}, answer, "", false},
		{"a field of a text", Find{JSON: "ok.code"}, answer, "", false},
		{"an index into an object", Find{JSON: "[0]"}, answer, "", false},
		{"no JSON", Find{JSON: "code"}, "<html>", "", false},
		{"two values", Find{JSON: "code"}, `{"code":0}{"code":1}`, "", false},
		{"the group of an expression", Find{Regexp: `id=(\w+)`}, "OK id=7f", "7f", true},
		{"an expression without group", Find{Regexp: `^OK`}, "OK id=7f", "OK", true},
		{"an expression that is not there", Find{Regexp: `^ERR`}, "OK id=7f", "", false},
		{"nothing", Find{}, answer, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var m notify.Mistakes
			f := c.find.compile(&m, "find")
			if m.Err() != nil {
				t.Fatal(m.Err())
			}
			if got, ok := f.in([]byte(c.body)); got != c.want || ok != c.ok {
				t.Errorf("%q, %t; want %q, %t", got, ok, c.want, c.ok)
			}
		})
	}
}

func FuzzFind(f *testing.F) {
	f.Add("data.list[0].no", []byte(`{"data":{"list":[{"no":1}]}}`))
	f.Add("[0]", []byte(`[true]`))
	f.Add("a..b", []byte(``))
	f.Fuzz(func(t *testing.T, path string, body []byte) {
		steps, err := parsePath(path)
		if err != nil {
			return
		}
		if got, ok := (find{path: steps}).in(body); !ok && got != "" {
			t.Errorf("%q was not found", got)
		}
	})
}
