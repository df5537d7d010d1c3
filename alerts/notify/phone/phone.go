// Package phone knows the forms of telephone numbers. Everywhere else in
// Shouwang a number is E.164, such as +8613812345678; services in China want
// their own forms. Whether a number exists is left to the service.
package phone

import (
	"strings"

	"shouwang.care/shouwang/alerts/notify"
)

// Check demands a number in the form of E.164: a plus sign, a digit that is not
// 0, then 6 to 14 digits more. The error is a *notify.Failure and does not
// repeat the number.
func Check(to string) error {
	digits, ok := strings.CutPrefix(to, "+")
	if !ok || len(digits) < 7 || len(digits) > 15 || digits[0] == '0' || strings.Trim(digits, "0123456789") != "" {
		return notify.Hopeless(notify.BadAddress, "the telephone number is not in the form +8613812345678; correct it in the person's contacts")
	}
	return nil
}

// CheckText demands a number that takes text messages: Check's, and not a
// landline of mainland China.
func CheckText(to string) error {
	if err := Check(to); err != nil {
		return err
	}
	if _, ok := Mobile(to); !ok && strings.HasPrefix(to, "+86") {
		return notify.Hopeless(notify.BadAddress, "the number is a landline, which takes no text messages; use a call")
	}
	return nil
}

// Digits returns a number without its plus sign.
func Digits(to string) string { return strings.TrimPrefix(to, "+") }

// Mobile returns a mobile number of mainland China as it is written there,
// such as 13812345678.
func Mobile(to string) (string, bool) {
	n, ok := strings.CutPrefix(to, "+86")
	if !ok || len(n) != 11 || n[0] != '1' || n[1] < '3' {
		return "", false
	}
	return n, true
}

// Mainland returns any number of mainland China as it is dialled there: a
// mobile number as Mobile does, a landline with the 0 before its area code.
func Mainland(to string) (string, bool) {
	if n, ok := Mobile(to); ok {
		return n, true
	}
	n, ok := strings.CutPrefix(to, "+86")
	if !ok || n == "" || n[0] == '0' {
		return "", false
	}
	return "0" + n, true
}

// Forms returns every form in which a service may repeat a number, so that it
// can be struck from what is logged, the longest first.
func Forms(to string) []string {
	forms := []string{to, Digits(to)}
	if n, ok := Mainland(to); ok {
		forms = append(forms, n, strings.TrimPrefix(n, "0"))
	}
	return forms
}
