package excel

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// column is one field of a register.
type column[R any] struct {
	field  string // as files and mistakes name it
	zh, en string // its heading
	width  float64
	words  []word // to choose from; empty for free text
	get    func(r *R) string
	set    func(r *R, text string) error
	number bool
}

// word is one of the words that a field knows.
type word struct{ value, zh string }

func (w word) label() string {
	if w.value == "" {
		return ""
	}
	return w.value + " " + w.zh
}

// text makes a column of a field that is text of some kind.
func text[R any, T ~string](field, zh, en string, width float64, at func(r *R) *T) column[R] {
	return column[R]{
		field: field, zh: zh, en: en, width: width,
		get: func(r *R) string { return string(*at(r)) },
		set: func(r *R, s string) error { *at(r) = T(s); return nil },
	}
}

// oneOf makes a column of a field that knows a few words. A word of no known
// value is left to the ledger to refuse, which knows the row.
func oneOf[R any, T ~string](field, zh, en string, at func(r *R) *T, words ...word) column[R] {
	c := text(field, zh, en, 18, at)
	c.words = words
	c.get = func(r *R) string {
		for _, w := range words {
			if w.value == string(*at(r)) {
				return w.label()
			}
		}
		return string(*at(r))
	}
	c.set = func(r *R, s string) error { *at(r) = T(valueOf(s, words)); return nil }
	return c
}

// valueOf finds a word by its value, its Chinese, or both.
func valueOf(s string, words []word) string {
	for _, w := range words {
		if strings.EqualFold(s, w.value) || s == w.zh || strings.EqualFold(s, w.label()) {
			return w.value
		}
	}
	return s
}

var yesNo = []word{{"yes", "是"}, {"no", "否"}}

func flag[R any](field, zh, en string, at func(r *R) *bool) column[R] {
	return column[R]{
		field: field, zh: zh, en: en, width: 12, words: yesNo,
		get: func(r *R) string {
			if *at(r) {
				return yesNo[0].label()
			}
			return yesNo[1].label()
		},
		set: func(r *R, s string) error {
			switch strings.ToLower(valueOf(s, yesNo)) {
			case "yes", "true", "1", "y":
				*at(r) = true
			case "no", "false", "0", "n", "":
				*at(r) = false
			default:
				return errors.New("it is neither yes nor no")
			}
			return nil
		},
	}
}

func whole[R any](field, zh, en string, at func(r *R) *int) column[R] {
	return column[R]{
		field: field, zh: zh, en: en, width: 14, number: true,
		get: func(r *R) string {
			if *at(r) == 0 {
				return ""
			}
			return strconv.Itoa(*at(r))
		},
		set: func(r *R, s string) (err error) {
			if s == "" {
				return nil
			}
			if *at(r), err = strconv.Atoi(s); err != nil {
				return errors.New("it is no whole number")
			}
			return nil
		},
	}
}

func degrees[R any](field, zh, en string, at func(r *R) *float64) column[R] {
	return column[R]{
		field: field, zh: zh, en: en, width: 14, number: true,
		get: func(r *R) string {
			if *at(r) == 0 {
				return ""
			}
			return strconv.FormatFloat(*at(r), 'f', -1, 64)
		},
		set: func(r *R, s string) (err error) {
			if s == "" {
				return nil
			}
			if *at(r), err = strconv.ParseFloat(s, 64); err != nil {
				return errors.New("it is no number")
			}
			return nil
		},
	}
}

// list makes a column of ids with spaces between.
func list[R any, T ~string](field, zh, en string, at func(r *R) *[]T) column[R] {
	return column[R]{
		field: field, zh: zh, en: en, width: 28,
		get: func(r *R) string {
			parts := make([]string, len(*at(r)))
			for n, v := range *at(r) {
				parts[n] = string(v)
			}
			return strings.Join(parts, " ")
		},
		set: func(r *R, s string) error {
			*at(r) = nil
			for _, v := range strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(" ,;\n\t，、；", c) }) {
				*at(r) = append(*at(r), T(v))
			}
			return nil
		},
	}
}

// contacts makes a column of ways to a person: channel and address, one a line.
// An empty cell says that there is none.
func contacts[R any](at func(r *R) *[]people.Contact) column[R] {
	return column[R]{
		field: "contacts", zh: "联系方式（通道 地址，每行一个）", en: "Contacts (channel address, one a line)", width: 36,
		get: func(r *R) string {
			var lines []string
			for _, c := range *at(r) {
				lines = append(lines, c.Channel+" "+c.Address)
			}
			return strings.Join(lines, "\n")
		},
		set: func(r *R, s string) error {
			found := []people.Contact{}
			for _, line := range strings.FieldsFunc(s, func(c rune) bool { return c == '\n' || c == ';' || c == '；' }) {
				if line = strings.TrimSpace(line); line == "" {
					continue
				}
				channel, address, ok := strings.Cut(line, " ")
				if !ok {
					return fmt.Errorf("%q is not a channel and an address with a space between, such as sms +8613812345678", line)
				}
				found = append(found, people.Contact{Channel: channel, Address: strings.TrimSpace(address)})
			}
			*at(r) = found
			return nil
		},
	}
}

func names[R any](at func(r *R) *care.Text) []column[R] {
	return []column[R]{
		text("name_zh", "名称（中文）", "Name (Chinese)", 24, func(r *R) *string { return &at(r).ZH }),
		text("name_en", "名称（英文）", "Name (English)", 24, func(r *R) *string { return &at(r).EN }),
	}
}
