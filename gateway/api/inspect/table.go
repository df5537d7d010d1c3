package inspect

import (
	"cmp"
	"slices"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"shouwang.care/shouwang/alerts/care"
)

// column is one column of a table of rows, as it is sorted and exported.
type column[R any] struct {
	key   string
	head  care.Text
	width float64 // of the Excel column, in characters
	// value is a text, a time of the site's own clock, a number, a share, a length of
	// time, or nil.
	value func(w words, r *R) any
	// order returns what the column is sorted by where that is not the value: of
	// words the meaning counts and not the spelling.
	order func(r *R) int
	// lack is what is written where there is no value; none for nothing.
	lack func(r *R) care.Text
}

// share is a part of a whole, 0 to 1.
type share float64

// columnsOf returns the columns of the keys in the order of the keys, all where
// there is none.
func columnsOf[R any](columns []column[R], keys []string) ([]column[R], error) {
	if len(keys) == 0 {
		return columns, nil
	}
	var chosen []column[R]
	for _, key := range keys {
		n := slices.IndexFunc(columns, func(c column[R]) bool { return c.key == key })
		if n < 0 {
			return nil, invalid("the table has no column " + key)
		}
		chosen = append(chosen, columns[n])
	}
	return chosen, nil
}

// sorted returns rows by a column of that key; what is missing comes last in both
// orders, as spreadsheets have it. What a row is sorted by is computed once and not
// at each comparison. Without a key the rows stay as they are.
func sorted[R any](columns []column[R], rows []R, key string, falling bool, w words) ([]R, error) {
	if key == "" {
		return rows, nil
	}
	chosen, err := columnsOf(columns, []string{key})
	if err != nil {
		return nil, err
	}
	c := chosen[0]
	texts := collate.New(language.Chinese)
	if w.english {
		texts = collate.New(language.English)
	}
	turn := 1
	if falling {
		turn = -1
	}
	type keyed struct {
		key any
		row int
	}
	keys := make([]keyed, len(rows))
	for n := range rows {
		keys[n] = keyed{c.value(w, &rows[n]), n}
		if c.order != nil {
			keys[n].key = c.order(&rows[n])
		}
	}
	slices.SortStableFunc(keys, func(x, y keyed) int {
		if none(x.key) || none(y.key) {
			return cmp.Compare(number(none(x.key)), number(none(y.key)))
		}
		return turn * compareValues(texts, x.key, y.key)
	})
	out := make([]R, len(rows))
	for n, k := range keys {
		out[n] = rows[k.row]
	}
	return out, nil
}

func compareValues(texts *collate.Collator, a, b any) int {
	switch a := a.(type) {
	case time.Time:
		return a.Compare(b.(time.Time))
	case int:
		return cmp.Compare(a, b.(int))
	case share:
		return cmp.Compare(a, b.(share))
	case time.Duration:
		return cmp.Compare(a, b.(time.Duration))
	}
	return texts.CompareString(a.(string), b.(string))
}

func none(v any) bool { return v == nil || v == "" }

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}
