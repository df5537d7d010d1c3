package rule

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/env"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/overloads"
)

// The limits of what one evaluation may cost, in CEL's units: about one for
// each step and each ten characters that are looked through. Of what is written
// the worst case is estimated when it is loaded, for names of usualName
// characters; the limit at run time only matters to names far longer.
const (
	maxEstimate = 1000
	maxCost     = 100 * maxEstimate
	usualName   = 200
)

// placeNames are the texts that conditions may ask for.
var placeNames = []string{
	"site.id", "site.kind",
	"zone.id", "zone.floor", "zone.name.zh", "zone.name.en",
	"point.id", "point.kind", "point.bed", "point.name.zh", "point.name.en",
	"resident",
}

// readingNames are what a condition on a reading may ask for besides.
var readingNames = []string{"value", "hour", "weekday", "month"}

// environments returns what conditions on a place and on a reading may use.
//
// Neither has macros, conversions, indices, or whole-number arithmetic, so that
// nothing loops and nothing can fail at run time. A condition is about a number,
// the time and the names of a place; it needs no more.
var environments = sync.OnceValues(func() (place, reading *cel.Env) {
	some := func(name string, ids ...string) *env.Function {
		f := env.NewFunction(name)
		for _, id := range ids {
			f.Overloads = append(f.Overloads, &env.Overload{ID: id})
		}
		return f
	}
	// The comparisons that are left out are of kinds that do not exist here.
	compare := func(name, id string) *env.Function {
		return some(name, id+"_int64", id+"_double", id+"_int64_double", id+"_double_int64", id+"_string")
	}
	subset := &env.LibrarySubset{DisableMacros: true, IncludeFunctions: []*env.Function{
		some(operators.Conditional), some(operators.LogicalAnd), some(operators.LogicalOr), some(operators.LogicalNot),
		some(operators.Equals), some(operators.NotEquals),
		compare(operators.Less, "less"), compare(operators.LessEquals, "less_equals"),
		compare(operators.Greater, "greater"), compare(operators.GreaterEquals, "greater_equals"),
		some(operators.Add, overloads.AddDouble), some(operators.Subtract, overloads.SubtractDouble),
		some(operators.Multiply, overloads.MultiplyDouble), some(operators.Divide, overloads.DivideDouble),
		some(operators.Negate, overloads.NegateDouble, overloads.NegateInt64),
		some(operators.In, overloads.InList),
		some(overloads.Contains), some(overloads.StartsWith), some(overloads.EndsWith), some(overloads.Matches),
	}}
	options := []cel.EnvOption{
		cel.StdLib(cel.StdLibSubset(subset)),
		cel.CrossTypeNumericComparisons(true),
		cel.ASTValidators(cel.ValidateRegexLiterals()),
		cel.ParserExpressionSizeLimit(MaxText),
	}
	for _, name := range placeNames {
		options = append(options, cel.Variable(name, cel.StringType))
	}
	place, err := cel.NewCustomEnv(options...)
	if err == nil {
		reading, err = place.Extend(cel.Variable("value", cel.DoubleType),
			cel.Variable("hour", cel.IntType), cel.Variable("month", cel.IntType), cel.Variable("weekday", cel.StringType))
	}
	if err != nil {
		panic("the environment of conditions cannot be made: " + err.Error()) // nothing of it comes from outside
	}
	return place, reading
})

// flaw is what is wrong with a condition, at a line and column of its text,
// both counted from 1.
type flaw struct {
	line, column int
	text         string
}

// expression is a condition that is ready to run.
type expression struct {
	program cel.Program
	// clock is true where it asks for the hour, the weekday or the month, and
	// valueOnly where it asks for nothing but the value.
	clock, valueOnly bool
	// numbers are those that it names.
	numbers []float64
}

// compile checks a condition; one on a reading when reading is true, else one
// on a place.
func compile(text string, reading bool) (*expression, []flaw) {
	place, both := environments()
	e, names := place, placeNames
	if reading {
		e, names = both, slices.Concat(readingNames, placeNames)
	}
	tree, issues := e.Compile(text)
	if issues.Err() != nil {
		var flaws []flaw
		for _, i := range issues.Errors() {
			f := flaw{max(1, i.Location.Line()), max(0, i.Location.Column()) + 1, strings.ReplaceAll(i.Message, " (in container '')", "")}
			switch {
			case strings.Contains(f.text, "undeclared reference"):
				f.text += "; known are " + strings.Join(names, ", ")
			case strings.Contains(f.text, "invalid matches argument"):
				f.text = "the pattern of matches is no regular expression"
			case strings.Contains(f.text, "(double, int)") || strings.Contains(f.text, "(int, double)"):
				f.text += "; write numbers to be compared with == or calculated with as 1.0"
			}
			flaws = append(flaws, f)
		}
		return nil, flaws
	}
	if tree.OutputType() != cel.BoolType {
		return nil, []flaw{{1, 1, fmt.Sprintf("this is a value of kind %s; a condition such as value < 16.0 is wanted", cel.FormatCELType(tree.OutputType()))}}
	}
	out := &expression{valueOnly: true, numbers: numbersOf(tree.NativeRep().Expr())}
	var flaws []flaw
	ast.PostOrderVisit(tree.NativeRep().Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		switch {
		case x.Kind() == ast.IdentKind:
			out.valueOnly = out.valueOnly && x.AsIdent() == readingNames[0]
			out.clock = out.clock || slices.Contains(readingNames[1:], x.AsIdent())
		case x.Kind() == ast.CallKind && x.AsCall().FunctionName() == overloads.Matches &&
			x.AsCall().Args()[len(x.AsCall().Args())-1].Kind() != ast.LiteralKind:
			at := tree.NativeRep().SourceInfo().GetStartLocation(x.ID())
			flaws = append(flaws, flaw{max(1, at.Line()), max(0, at.Column()) + 1, "the pattern of matches must be a text in quotes"})
		}
	}))
	if len(flaws) > 0 {
		return nil, flaws
	}
	cost, err := e.EstimateCost(tree, estimator{})
	if err != nil {
		return nil, []flaw{{1, 1, "what this costs cannot be told: " + err.Error()}}
	}
	if cost.Max > maxEstimate {
		return nil, []flaw{{1, 1, fmt.Sprintf("this may cost %d steps for each reading, more than %d; make it simpler", cost.Max, maxEstimate)}}
	}
	if out.program, err = e.Program(tree, cel.CostLimit(maxCost), cel.EvalOptions(cel.OptOptimize)); err != nil {
		return nil, []flaw{{1, 1, err.Error()}}
	}
	return out, nil
}

// estimator says how long the names of places are.
type estimator struct{}

func (estimator) EstimateSize(checker.AstNode) *checker.SizeEstimate {
	return &checker.SizeEstimate{Min: 0, Max: usualName}
}

func (estimator) EstimateCallCost(string, string, *checker.AstNode, []checker.AstNode) *checker.CallEstimate {
	return nil
}

// holds evaluates the condition. One that fails, which takes a name beyond all
// measure, does not hold.
func (e *expression) holds(s *scope) bool {
	out, _, err := e.program.Eval(s)
	if err != nil {
		return false
	}
	yes, ok := out.Value().(bool)
	return ok && yes
}

// scope is what a condition is asked about.
type scope struct {
	place *Place
	value float64
	local time.Time // on the wall of the site
}

// ResolveName returns what a name stands for.
func (s *scope) ResolveName(name string) (any, bool) {
	switch name {
	case "value":
		return s.value, true
	case "hour":
		return s.local.Hour(), true
	case "weekday":
		return weekdays[s.local.Weekday()], true
	case "month":
		return int(s.local.Month()), true
	case "site.id":
		return string(s.place.Site.ID), true
	case "site.kind":
		return string(s.place.Site.Kind), true
	case "zone.id":
		return string(s.place.Zone.ID), true
	case "zone.floor":
		return s.place.Zone.Floor, true
	case "zone.name.zh":
		return s.place.Zone.Name.ZH, true
	case "zone.name.en":
		return s.place.Zone.Name.EN, true
	case "point.id":
		return string(s.place.Point.ID), true
	case "point.kind":
		return string(s.place.Point.Kind), true
	case "point.bed":
		return s.place.Point.Bed, true
	case "point.name.zh":
		return s.place.Point.Name.ZH, true
	case "point.name.en":
		return s.place.Point.Name.EN, true
	case "resident":
		return string(s.place.Point.Resident), true
	}
	return nil, false
}

// Parent returns nil: there are no other names.
func (s *scope) Parent() cel.Activation { return nil }
