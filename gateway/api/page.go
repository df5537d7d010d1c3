package api

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"shouwang.care/shouwang/alerts/care"
)

// The pages that are rendered here are those behind a link of a message and
// behind the tag of a room: they must open on any telephone, in the browser of
// any other app, without a script and at once.

//go:embed pages
var pageFiles embed.FS

// pageStyle is in the page itself, so that it needs one request only. The policy
// names its digest.
var pageStyle, pagePolicy = func() (string, string) {
	b, err := pageFiles.ReadFile("pages/style.css")
	if err != nil {
		panic(err) // it is built in
	}
	sum := sha256.Sum256(b)
	return string(b), "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; " +
		"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
}()

var pageTemplates = template.Must(template.New("").
	Funcs(template.FuncMap{"style": func() template.CSS { return template.CSS(pageStyle) }}).
	ParseFS(pageFiles, "pages/*.html"))

// writePage answers with a page that nobody keeps, finds or frames.
func (a *API) writePage(w http.ResponseWriter, r *http.Request, status int, name string, data any) {
	var b bytes.Buffer
	if err := pageTemplates.ExecuteTemplate(&b, name, data); err != nil {
		a.Log.ErrorContext(r.Context(), "a page cannot be rendered", "page", name, "error", err)
		http.Error(w, "internal error 内部错误", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("Vary", "Accept-Language, Cookie")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(b.Bytes())
	}
}

// sayPage is a page of some sentences, and one large link at most.
type sayPage struct {
	Lang, Title  string
	Notes        []string
	Link, Button string
}

// say answers with a page of some sentences.
func (a *API) say(w http.ResponseWriter, r *http.Request, status int, l lang, title string, notes ...string) {
	a.writePage(w, r, status, "say.html", sayPage{Lang: l.tag(), Title: title, Notes: notes})
}

// lang is the language of a page; the zero value is Chinese.
type lang struct{ en bool }

// langOf is that of somebody who is registered with a language.
func langOf(language string) lang { return lang{language == "en"} }

func (l lang) tag() string { return l.say("zh-CN", "en") }

// say chooses one of two texts.
func (l lang) say(zh, en string) string {
	if l.en {
		return en
	}
	return zh
}

// text chooses from a text that may be in one language only.
func (l lang) text(t care.Text) string {
	if l.en {
		return cmp.Or(t.EN, t.ZH)
	}
	return cmp.Or(t.ZH, t.EN)
}

// acceptedLang reads Accept-Language: the language of ours that the browser
// likes best, Chinese if it names none.
func acceptedLang(r *http.Request) lang {
	type choice struct {
		l lang
		q float64
	}
	var choices []choice
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if v, given := strings.CutPrefix(strings.TrimSpace(weight), "q="); given {
			var err error
			if q, err = strconv.ParseFloat(v, 64); err != nil {
				continue
			}
		}
		primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		if q > 0 && (primary == "zh" || primary == "en") {
			choices = append(choices, choice{lang{primary == "en"}, q})
		}
	}
	if len(choices) == 0 {
		return lang{}
	}
	slices.SortStableFunc(choices, func(x, y choice) int { return cmp.Compare(y.q, x.q) })
	return choices[0].l
}

// place says where something is in one line.
func (l lang) place(v PlaceView) string {
	var parts []string
	if v.Floor != "" {
		parts = append(parts, l.say(v.Floor+"楼", "floor "+v.Floor))
	}
	if v.Zone != nil {
		parts = append(parts, l.text(*v.Zone))
	}
	if v.Bed != "" {
		parts = append(parts, l.say(v.Bed+"床", "bed "+v.Bed))
	}
	if v.Point != nil {
		parts = append(parts, l.text(*v.Point))
	}
	return strings.Join(parts, l.say(" ", ", "))
}
