package api

import (
	"slices"
	"strings"
	"unicode/utf8"

	"shouwang.care/shouwang/alerts/people"
)

// minPassword is the least length of a password that somebody sets himself, in
// characters, as NIST SP 800-63B-4 allows for one that stands with a throttle.
const minPassword = 8

// usual are beginnings and wholes that guessers try first.
var usual = []string{
	"password", "passw0rd", "qwertyui", "asdfghjk", "zxcvbnm", "1qaz2wsx", "iloveyou", "woaini", "admin", "letmein",
	"welcome", "shouwang", "abcd", "88888888", "66666666",
}

// WeakPassword reports whether a new password of the user is too short or among
// the first that anybody would try: his own names, one character again and
// again, a run of the keyboard or of the alphabet.
func WeakPassword(password string, u people.User) bool {
	p := strings.ToLower(password)
	if utf8.RuneCountInString(p) < minPassword || runs(p) {
		return true
	}
	if u.Login != "" && strings.Trim(strings.ReplaceAll(p, strings.ToLower(u.Login), ""), "0123456789") == "" {
		return true
	}
	bare := strings.Trim(p, "0123456789!.@#")
	return bare == "" && runs(strings.Trim(p, "!.@#")) || slices.ContainsFunc(usual, func(s string) bool { return bare == s || p == s })
}

// WeakPIN reports whether a PIN is not of four to eight digits or is among those
// that anybody would try: one digit again and again, digits in their order, a
// pair twice, a year of birth.
func WeakPIN(pin string) bool {
	if len(pin) < 4 || len(pin) > 8 || strings.Trim(pin, "0123456789") != "" || runs(pin) {
		return true
	}
	if half := len(pin) / 2; len(pin)%2 == 0 && pin[:half] == pin[half:] {
		return true
	}
	return len(pin) == 4 && (strings.HasPrefix(pin, "19") || strings.HasPrefix(pin, "20"))
}

// runs reports whether every character follows the one before by the same step
// of -1, 0 or 1, such as aaaa, 1234 and dcba; 9 and 0 are neighbours.
func runs(s string) bool {
	r := []rune(s)
	for _, step := range []rune{-1, 0, 1} {
		all := true
		for i := 1; i < len(r) && all; i++ {
			all = r[i]-r[i-1] == step || r[i-1] == '9' && r[i] == '0' && step == 1 || r[i-1] == '0' && r[i] == '9' && step == -1
		}
		if all {
			return true
		}
	}
	return false
}
