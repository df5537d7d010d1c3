package scenario

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"shouwang.care/shouwang/alerts/care"
)

// Limits of a script. They catch slips, not ambitions.
const (
	maxLength = 24 * time.Hour      // of one duration
	maxScript = 30 * 24 * time.Hour // of the whole, in real time
	maxSpeed  = 100_000
	minSpeed  = 0.01
)

// Load reads and parses a file. The error is an *Error when the file could be
// read but has mistakes.
func Load(path string) (*Script, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the scenario: %w", err)
	}
	s, err := Parse(path, string(b))
	if err != nil {
		return nil, err
	}
	for i, step := range s.Steps {
		if f := step.Action.File; f != "" && !filepath.IsAbs(f) {
			s.Steps[i].Action.File = filepath.Join(filepath.Dir(path), f)
		}
	}
	return s, nil
}

// Parse reads a script; name stands before its mistakes. The error is an *Error
// that holds every mistake, and then there is no script.
func Parse(name, source string) (*Script, error) {
	p := parser{script: &Script{Name: name}, speed: 1}
	for i, line := range strings.Split(source, "\n") {
		p.line = i + 1
		p.parseLine(strings.TrimSuffix(line, "\r"))
	}
	if len(p.found) > 0 {
		return nil, &Error{Name: name, Mistakes: p.found}
	}
	return p.script, nil
}

// ParseAction reads what happens from its words, for instance "press", "hold",
// "4s". The error is an *Error whose columns count in the words joined by blanks.
func ParseAction(words ...string) (Action, error) {
	p := parser{line: 1}
	column := 1
	tokens := make([]token, len(words))
	for i, w := range words {
		tokens[i] = token{w, column}
		column += len([]rune(w)) + 1
	}
	a, ok := p.action(tokens, column)
	if !ok {
		return Action{}, &Error{Name: "action", Mistakes: p.found}
	}
	return a, nil
}

// token is one word with its column.
type token struct {
	text   string
	column int
}

type parser struct {
	script *Script
	found  []Mistake
	line   int

	speed   float64
	after   time.Duration // real time of the step before
	clock   time.Duration // time of day of the step before
	clocked bool          // the clock has been set
}

func (p *parser) mistake(column int, format string, args ...any) {
	p.found = append(p.found, Mistake{p.line, column, fmt.Sprintf(format, args...)})
}

// split cuts a line into words; quotation marks keep blanks, # begins a comment.
func (p *parser) split(line string) (tokens []token, ok bool) {
	runes := []rune(line)
	for i := 0; i < len(runes); {
		switch r := runes[i]; {
		case unicode.IsSpace(r):
			i++
		case r == '#':
			return tokens, true
		case r == '"':
			end := slices.Index(runes[i+1:], '"')
			if end < 0 {
				p.mistake(i+1, "the quotation mark has no second one")
				return nil, false
			}
			tokens = append(tokens, token{string(runes[i+1 : i+1+end]), i + 1})
			i += end + 2
		default:
			start := i
			for i < len(runes) && !unicode.IsSpace(runes[i]) && runes[i] != '"' && runes[i] != '#' {
				i++
			}
			tokens = append(tokens, token{string(runes[start:i]), start + 1})
		}
	}
	return tokens, true
}

func (p *parser) parseLine(line string) {
	tokens, ok := p.split(line)
	if !ok || len(tokens) == 0 {
		return
	}
	end := len([]rune(strings.TrimRightFunc(line, unicode.IsSpace))) + 1
	if tokens[0].text == "speed" {
		p.parseSpeed(tokens, end)
		return
	}
	step := Step{Line: p.line, Speed: p.speed}
	stamp, timed := p.stamp(tokens[0])
	if len(tokens) < 2 {
		p.mistake(end, "a place is missing after the time, such as 203-1")
		return
	}
	place, placed := p.place(tokens[1])
	if len(tokens) < 3 {
		p.mistake(end, "what happens is missing after the place: %s", strings.Join(verbs(), ", "))
		return
	}
	action, acted := p.action(tokens[2:], end)
	if !timed {
		return
	}
	// The clock goes on even when the rest of the line is wrong, so that one
	// slip does not make mistakes of the lines after it.
	if !p.advance(stamp, tokens[0]) || !placed || !acted {
		return
	}
	step.Stamp, step.Place, step.Action, step.After = stamp, place, action, p.after
	step.placeColumn, step.actionColumn = tokens[1].column, tokens[2].column
	p.script.Steps = append(p.script.Steps, step)
}

func (p *parser) parseSpeed(tokens []token, end int) {
	const rule = "a speed is a number from 0.01 to 100000, such as speed 60"
	if len(tokens) < 2 {
		p.mistake(end, "%s", rule)
		return
	}
	v, err := strconv.ParseFloat(tokens[1].text, 64)
	if err != nil || math.IsNaN(v) || v < minSpeed || v > maxSpeed {
		p.mistake(tokens[1].column, "%q: %s", clip(tokens[1].text), rule)
		return
	}
	if len(tokens) > 2 {
		p.mistake(tokens[2].column, "%q is too much: nothing comes after the speed", clip(tokens[2].text))
		return
	}
	p.speed = v
}

// stamp reads a time of day or a distance.
func (p *parser) stamp(t token) (Stamp, bool) {
	const rule = "a time is a time of day such as 22:14 or 22:14:30, or the distance to the line before such as +12s"
	if rest, ok := strings.CutPrefix(t.text, "+"); ok {
		d, err := duration(rest)
		if err != nil {
			p.mistake(t.column, "%q: %v; %s", clip(t.text), err, rule)
		}
		return Stamp{D: d}, err == nil
	}
	// Parsed by hand, because time.Parse takes more than one spelling and would
	// let 1:2 pass where 01:02 was meant.
	parts := strings.Split(t.text, ":")
	var d time.Duration
	ok := len(parts) == 2 || len(parts) == 3
	for i, limit := range []int{24, 60, 60}[:min(3, len(parts))] {
		n, err := strconv.ParseUint(parts[i], 10, 8)
		ok = ok && err == nil && len(parts[i]) == 2 && int(n) < limit
		d += time.Duration(n) * []time.Duration{time.Hour, time.Minute, time.Second}[i]
	}
	if !ok {
		p.mistake(t.column, "%q is no time: %s", clip(t.text), rule)
		return Stamp{}, false
	}
	return Stamp{Clock: true, D: d}, true
}

// advance moves the clocks of the script to a stamp.
func (p *parser) advance(s Stamp, t token) bool {
	gap := s.D
	if s.Clock {
		if gap = s.D - p.clock; !p.clocked {
			gap = 0 // the first time of day sets the clock
		}
		if gap < 0 {
			gap += 24 * time.Hour // past midnight
		}
		if gap > 12*time.Hour {
			p.mistake(t.column, "%s comes before %s of the lines above; write in order of time (a step of more than 12 hours is written as +13h)", s, Stamp{Clock: true, D: p.clock.Truncate(time.Second)})
			return false
		}
		p.clock, p.clocked = s.D, true
	} else {
		p.clock = (p.clock + gap) % (24 * time.Hour)
	}
	wait := float64(gap) / p.speed
	if float64(p.after)+wait > float64(maxScript) {
		p.mistake(t.column, "the script would take more than 30 days; give it a speed")
		return false
	}
	p.after += time.Duration(wait)
	return true
}

func (p *parser) place(t token) (Place, bool) {
	label, device, split := strings.Cut(t.text, "/")
	if !care.ValidID(label) || split && !care.ValidID(device) {
		p.mistake(t.column, "%q is no place: a place is 1 to 40 of a-z, 0-9 and -, such as 203-1, with the id of a device after a slash if need be", clip(t.text))
		return Place{}, false
	}
	return Place{label, device}, true
}

// action reads a verb with what follows it; end is the column after the line.
func (p *parser) action(tokens []token, end int) (Action, bool) {
	if len(tokens) == 0 {
		p.mistake(end, "what happens is missing: %s", strings.Join(verbs(), ", "))
		return Action{}, false
	}
	a := Action{Verb: Verb(tokens[0].text)}
	known := slices.ContainsFunc(grammars, func(g grammar) bool { return g.verb == a.Verb })
	if !known {
		p.mistake(tokens[0].column, "%q is nothing that can happen; expected one of %s", clip(tokens[0].text), strings.Join(verbs(), ", "))
		return Action{}, false
	}
	rest := tokens[1:]
	if a.Verb == Replay {
		if len(rest) == 0 || grammarOf(Action{Verb: Replay, What: rest[0].text}) == nil {
			column, got := end, "nothing"
			if len(rest) > 0 {
				column, got = rest[0].column, strconv.Quote(clip(rest[0].text))
			}
			p.mistake(column, "%s after replay; expected %s or %s", got, SisFall, NIST)
			return Action{}, false
		}
		a.What = rest[0].text
	}
	g := grammarOf(a)
	for _, arg := range g.args {
		fits := len(rest) > 0 && (arg.words == nil || slices.Contains(arg.words, rest[0].text))
		switch {
		case fits && rest[0].text == "":
			p.mistake(rest[0].column, "%s is empty", arg.name)
			return Action{}, false
		case fits:
			*arg.into(&a), rest = rest[0].text, rest[1:]
		case arg.optional:
			*arg.into(&a) = arg.absent
		case len(rest) == 0:
			p.mistake(end, "%s is missing after %s", arg.name, a.Verb)
			return Action{}, false
		default:
			p.mistake(rest[0].column, "%q after %s; expected %s", clip(rest[0].text), a.Verb, strings.Join(arg.words, " or "))
			return Action{}, false
		}
	}
	return a, p.options(g, &a, rest, end)
}

// options reads the pairs after the arguments and fills in the usual values.
func (p *parser) options(g *grammar, a *Action, rest []token, end int) bool {
	for _, o := range g.options {
		if o.factor != nil {
			*o.factor(a) = 1
		} else {
			*o.length(a) = o.usual
		}
	}
	var given []string
	for len(rest) > 0 {
		i := slices.IndexFunc(g.options, func(o option) bool { return o.word == rest[0].text })
		if i < 0 {
			var want []string
			for _, o := range g.options {
				want = append(want, o.word)
			}
			if want == nil {
				want = []string{"the end of the line"}
			}
			p.mistake(rest[0].column, "%q after %s; expected %s", clip(rest[0].text), g.verb, strings.Join(want, " or "))
			return false
		}
		o := g.options[i]
		if slices.Contains(given, o.word) {
			p.mistake(rest[0].column, "%s is given twice", o.word)
			return false
		}
		given = append(given, o.word)
		if len(rest) < 2 {
			p.mistake(end, "a value is missing after %s", o.word)
			return false
		}
		if err := o.set(a, rest[1].text); err != nil {
			p.mistake(rest[1].column, "%q after %s: %v", clip(rest[1].text), o.word, err)
			return false
		}
		rest = rest[2:]
	}
	return true
}

func (o option) set(a *Action, s string) error {
	if o.factor != nil {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(v) || v < minSpeed || v > 1000 {
			return errors.New("expected a number from 0.01 to 1000")
		}
		*o.factor(a) = v
		return nil
	}
	d, err := duration(s)
	if err == nil && d < o.least {
		err = fmt.Errorf("expected at least %s", o.least)
	}
	*o.length(a) = d
	return err
}

// duration reads a length of time such as 4s, 1m30s or 500ms.
func duration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 || d > maxLength || strings.HasPrefix(s, "+") {
		return 0, errors.New("expected a length of time from 0s to 24h such as 4s, 1m30s or 500ms")
	}
	return d, nil
}

// clip keeps what is quoted in a mistake short.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
