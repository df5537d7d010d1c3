package rule

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"

	"shouwang.care/shouwang/alerts/care"
)

// Threshold is a value at which the condition of a rule begins to hold.
type Threshold struct {
	Rule  Rule
	Value float64 // in the unit of the rule's quantity
	Side  Side
}

// Side says where of a threshold the condition holds.
type Side string

// The sides.
const (
	Above   Side = "above"
	AtLeast Side = "at_least"
	Below   Side = "below"
	AtMost  Side = "at_most"
)

// Thresholds returns the thresholds of a quantity at a place, of the rules that
// count at a time, in the order of their values. They are found by trying: of the
// numbers that a condition names, those are thresholds on whose one side it holds
// and on whose other it does not, there and then. A number that is calculated, such
// as the half of one, is not found; a condition that holds at a single value, such
// as of a door that is open, has none.
func (s *Set) Thresholds(p Place, q care.Quantity, at time.Time) []Threshold {
	loc := locationOf(p.Site)
	var out []Threshold
	for _, r := range s.rules {
		if r.Quantity != q || !r.applies(p) {
			continue
		}
		if in, _ := r.window(at, loc); !in {
			continue
		}
		for _, n := range r.when.numbers {
			holds := func(value float64) bool {
				return r.when.holds(&scope{place: &p, value: value, local: at.In(loc)})
			}
			below, above := holds(math.Nextafter(n, math.Inf(-1))), holds(math.Nextafter(n, math.Inf(1)))
			if below == above {
				continue
			}
			side := Above
			switch on := holds(n); {
			case above && on:
				side = AtLeast
			case below && on:
				side = AtMost
			case below:
				side = Below
			}
			out = append(out, Threshold{Rule: r.Rule, Value: n, Side: side})
		}
	}
	slices.SortStableFunc(out, func(x, y Threshold) int { return cmp.Compare(x.Value, y.Value) })
	return out
}

// numbersOf returns the numbers that a condition names, each once.
func numbersOf(e ast.Expr) []float64 {
	var out []float64
	ast.PostOrderVisit(e, ast.NewExprVisitor(func(x ast.Expr) {
		negative := false
		if x.Kind() == ast.CallKind && x.AsCall().FunctionName() == operators.Negate {
			negative = true
			x = x.AsCall().Args()[0]
		}
		if x.Kind() != ast.LiteralKind {
			return
		}
		var n float64
		switch v := x.AsLiteral().Value().(type) {
		case float64:
			n = v
		case int64:
			n = float64(v)
		default:
			return
		}
		if negative {
			n = -n
		}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}))
	return out
}
