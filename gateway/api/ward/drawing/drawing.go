// Package drawing makes a drawing that somebody brings harmless: of an SVG file
// it keeps shapes, text and colours that it knows, and nothing that runs, that
// comes from elsewhere or that refers to anything. It stores and serves nothing.
package drawing

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"shouwang.care/shouwang/alerts/care"
)

// Limits of a drawing.
const (
	MaxBytes    = 512 << 10
	maxElements = 20_000
	maxDepth    = 64
)

const namespace = "http://www.w3.org/2000/svg"

// elements are those that are kept, each with whether text belongs into it. There
// is no use among them: a few lines of it can draw a thousand million shapes.
var elements = map[string]bool{
	"svg": false, "g": false, "path": false, "rect": false, "circle": false, "ellipse": false, "line": false,
	"polyline": false, "polygon": false, "text": true, "tspan": true, "title": true,
}

var (
	number    = regexp.MustCompile(`^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?(px|%|em)?\s*$`)
	numbers   = regexp.MustCompile(`^[-+0-9.,eE\s%px]*$`)
	pathData  = regexp.MustCompile(`^[-+0-9.,eE\sMmLlHhVvCcSsQqTtAaZz]*$`)
	transform = regexp.MustCompile(`^(\s*,?\s*(matrix|translate|scale|rotate|skewX|skewY)\s*\([-+0-9.,eE\s]*\))*\s*$`)
	colour    = regexp.MustCompile(`^\s*(none|currentColor|[a-zA-Z]{3,24}|#[0-9a-fA-F]{3,8}|rgba?\([0-9.,%\s]*\))\s*$`)
	word      = regexp.MustCompile(`^[-a-zA-Z0-9 ]{1,64}$`)
)

// attributes are those that are kept, each with what its value may be.
var attributes = map[string]*regexp.Regexp{
	"viewBox": numbers, "preserveAspectRatio": word,
	"x": numbers, "y": numbers, "dx": numbers, "dy": numbers, "width": number, "height": number,
	"x1": number, "y1": number, "x2": number, "y2": number, "cx": number, "cy": number, "r": number, "rx": number, "ry": number,
	"d": pathData, "points": numbers, "transform": transform,
	"fill": colour, "fill-opacity": number, "fill-rule": word, "opacity": number,
	"stroke": colour, "stroke-width": number, "stroke-opacity": number, "stroke-linecap": word, "stroke-linejoin": word,
	"stroke-dasharray": numbers, "stroke-miterlimit": number, "stroke-dashoffset": number,
	"font-size": number, "font-weight": word, "font-style": word, "text-anchor": word, "dominant-baseline": word,
}

// Clean returns what may be shown of an SVG file, as an SVG element without a
// prolog. An element whose id can be that of a zone has it as data-zone, so that
// a page can colour it, and no element has an id. The error says what to change.
func Clean(svg []byte) (string, error) {
	switch {
	case len(svg) > MaxBytes:
		return "", fmt.Errorf("the drawing has %d bytes, not at most %d: save it without pictures, or simplify its paths", len(svg), MaxBytes)
	case !utf8.Valid(svg):
		return "", errors.New("the drawing is not UTF-8: save it as plain SVG")
	}
	c := cleaner{decoder: xml.NewDecoder(bytes.NewReader(svg))}
	for {
		token, err := c.decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			line, _ := c.decoder.InputPos()
			return "", fmt.Errorf("the drawing is no XML from line %d on: %w", line, err)
		}
		if err := c.take(token); err != nil {
			return "", err
		}
	}
	if !c.began {
		return "", errors.New("the file holds no svg element: save the drawing as plain SVG")
	}
	return c.out.String(), nil
}

// cleaner copies what may stay.
type cleaner struct {
	decoder *xml.Decoder
	out     strings.Builder
	began   bool     // the svg element was written
	open    []string // elements that were written and are not closed
	skipped int      // how deep it is in one that was not
	count   int
}

func (c *cleaner) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		return c.start(t)
	case xml.EndElement:
		if c.skipped > 0 {
			c.skipped--
		} else if n := len(c.open); n > 0 {
			c.out.WriteString("</" + c.open[n-1] + ">")
			c.open = c.open[:n-1]
		}
	case xml.CharData:
		if n := len(c.open); c.skipped == 0 && n > 0 && elements[c.open[n-1]] {
			return xml.EscapeText(&c.out, t)
		}
	}
	return nil // comments, instructions and document types are left out
}

func (c *cleaner) start(t xml.StartElement) error {
	name := t.Name.Local
	root := !c.began
	if _, known := elements[name]; c.skipped > 0 || !known || t.Name.Space != namespace || (name == "svg") != root {
		if root {
			return errors.New(`the file does not begin with <svg xmlns="` + namespace + `">: save the drawing as plain SVG`)
		}
		c.skipped++
		return nil
	}
	if c.count++; c.count > maxElements {
		return fmt.Errorf("the drawing has more than %d shapes: simplify it", maxElements)
	}
	if len(c.open) == maxDepth {
		return fmt.Errorf("the groups of the drawing are more than %d deep: ungroup them", maxDepth)
	}
	kept := attributesOf(t)
	if root {
		if err := size(kept); err != nil {
			return err
		}
	}
	c.began = true
	c.open = append(c.open, name)
	c.out.WriteString("<" + name)
	if root {
		c.out.WriteString(` xmlns="` + namespace + `"`)
	}
	for _, a := range kept {
		c.out.WriteString(" " + a.Name.Local + `="`)
		if err := xml.EscapeText(&c.out, []byte(a.Value)); err != nil {
			return err
		}
		c.out.WriteString(`"`)
	}
	c.out.WriteString(">")
	return nil
}

// attributesOf returns the attributes that are kept, each once: also those that
// stand in a style, as most programs write them.
func attributesOf(t xml.StartElement) []xml.Attr {
	var kept []xml.Attr
	seen := map[string]bool{}
	keep := func(name, value string) {
		allowed := attributes[name]
		if allowed == nil || seen[name] || !allowed.MatchString(value) {
			return
		}
		seen[name] = true
		kept = append(kept, xml.Attr{Name: xml.Name{Local: name}, Value: value})
	}
	for _, a := range t.Attr { // a style goes before attributes
		if a.Name.Space != "" || a.Name.Local != "style" {
			continue
		}
		for declaration := range strings.SplitSeq(a.Value, ";") {
			name, value, _ := strings.Cut(declaration, ":")
			name = strings.TrimSpace(name)
			if presentational(name) {
				keep(name, strings.TrimSpace(value))
			}
		}
	}
	for _, a := range t.Attr {
		switch {
		case a.Name.Space != "":
		case a.Name.Local == "id" && care.ValidID(a.Value) && !seen["data-zone"]:
			seen["data-zone"] = true
			kept = append(kept, xml.Attr{Name: xml.Name{Local: "data-zone"}, Value: a.Value})
		default:
			keep(a.Name.Local, a.Value)
		}
	}
	return kept
}

// presentational reports whether a name may stand in a style.
func presentational(name string) bool {
	return strings.HasPrefix(name, "fill") || strings.HasPrefix(name, "stroke") || strings.HasPrefix(name, "font") ||
		name == "opacity" || name == "text-anchor" || name == "dominant-baseline"
}

// size checks that it is known how large the drawing is, since a page scales it.
func size(kept []xml.Attr) error {
	for _, a := range kept {
		if a.Name.Local != "viewBox" {
			continue
		}
		fields := strings.FieldsFunc(a.Value, func(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == '\t' })
		if len(fields) == 4 {
			width, errW := strconv.ParseFloat(fields[2], 64)
			height, errH := strconv.ParseFloat(fields[3], 64)
			if errW == nil && errH == nil && width > 0 && height > 0 {
				return nil
			}
		}
	}
	return errors.New("the svg element has no viewBox of four numbers such as 0 0 400 300: set the size of the page in the drawing program")
}
