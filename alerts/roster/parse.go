package roster

import "shouwang.care/shouwang/alerts/sheet"

// MaxSource is the greatest size of a document that Parse reads, in bytes.
const MaxSource = sheet.MaxSource

// Mistake is one thing that is wrong in a roster. Path is its place in the
// document, such as duties[2].shifts[0].from.
type Mistake = sheet.Mistake

// Parse reads and checks a roster in YAML or JSON, for a site in a time zone.
// Unknown fields are mistakes. The error shows every mistake, with its line
// where it has one.
func Parse(source []byte, zone string) (Roster, error) {
	return sheet.Read("the roster is", source, func(r Roster) error { return r.Check(zone) })
}
