// Package excel writes what is registered into an Excel workbook and reads such a
// workbook back: one sheet a register, headings in Chinese and English, lists to
// choose from where a field knows a few words only.
//
// Formulas are never worked out, neither here nor by whoever opens a file of
// ours: every cell is text or a number. What cannot be read is a mistake with its
// cell. Whether what a workbook says fits what is registered is the ledger's to
// check, and who may change what is the API's.
package excel

// Bounds of a workbook that is read.
const (
	// MaxRows is the greatest number of rows of a sheet, without its heading.
	MaxRows = 5000
	// maxUnzipped bounds what a workbook is when it is unpacked, in bytes, so
	// that a small file cannot fill the memory.
	maxUnzipped = 48 << 20
	// maxCell is the greatest length of a cell in characters.
	maxCell = 4000
)

// Mistake is one thing that cannot be read.
type Mistake struct {
	Kind  string // the register
	Row   int    // from 0, among the rows of the sheet that are not empty
	Field string // empty for the row or the sheet
	Code  string
	Text  string
	Cell  string // such as points!C7
}

// The codes.
const (
	CodeBadFile    = "bad_file"
	CodeBadHeading = "bad_heading"
	CodeBadNumber  = "bad_number" // a number or a word that is none
	CodeFormula    = "formula"
	CodeTooMany    = "too_many"
)
