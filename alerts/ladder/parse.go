package ladder

import "shouwang.care/shouwang/alerts/sheet"

// MaxSource is the greatest size of a document that Parse reads, in bytes.
const MaxSource = sheet.MaxSource

// Mistake is one thing that is wrong in a book. Path is its place in the
// document, such as policies[2].steps[0].wait_s.
type Mistake = sheet.Mistake

// Parse reads and checks a book in YAML or JSON. Unknown fields are mistakes.
// The error shows every mistake, with its line where it has one.
func Parse(source []byte) (Book, error) { return sheet.Read("the policies are", source, Book.Check) }

// UnmarshalYAML takes a text, and also a mapping of one entry: "duty: carer"
// with a blank is easily written, and in a flow mapping the YAML library reads
// duty:carer without one as the same.
func (r *Recipient) UnmarshalYAML(unmarshal func(any) error) error {
	var pair map[string]string
	if err := unmarshal(&pair); err == nil && len(pair) == 1 {
		for kind, what := range pair {
			*r = Recipient(kind + ":" + what)
		}
		return nil
	}
	return unmarshal((*string)(r))
}
