package notify

import (
	"strings"
	"unicode/utf8"
)

const ellipsis = "…"

// Cut shortens a text to at most n characters (code points). A text that was
// cut ends in "…".
func Cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	if n < 1 {
		return ""
	}
	return string([]rune(s)[:n-1]) + ellipsis
}

// CutBytes shortens a text to at most n bytes of UTF-8, between characters. A
// text that was cut ends in "…".
func CutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	end := n - len(ellipsis)
	if end < 0 {
		return ""
	}
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + ellipsis
}

// Button returns the words on the button that opens Link, in the message's
// language.
func (m Message) Button() string {
	accept := m.Kind == Alarm || m.Kind == Storm
	switch {
	case m.Language == EN && accept:
		return "Open and accept"
	case m.Language == EN:
		return "Open"
	case accept:
		return "打开并接警"
	}
	return "打开"
}

// Hide returns the failure with each of the given texts struck from its detail:
// keys and addresses that a service repeats in its answer. Texts shorter than
// four bytes are left, because they stand in words by chance.
func (f *Failure) Hide(texts ...string) *Failure {
	clean := *f
	for _, t := range texts {
		if len(t) >= 4 {
			clean.Detail = strings.ReplaceAll(clean.Detail, t, "(hidden)")
		}
	}
	return &clean
}
