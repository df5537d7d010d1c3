package drawing_test

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/gateway/api/ward/drawing"
)

// wrap puts something into a drawing.
func wrap(inside string) string {
	return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 40 30">` + inside + `</svg>`
}

func TestWhatIsKept(t *testing.T) {
	const open, end = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 30">`, `</svg>`
	for name, test := range map[string]struct{ in, want string }{
		"a room with its id":     {`<rect id="r203" x="1" y="2" width="3.5" height="4" fill="#eee"/>`, `<rect data-zone="r203" x="1" y="2" width="3.5" height="4" fill="#eee"></rect>`},
		"an id that is none":     {`<g id="Layer 1"><circle r="2"/></g>`, `<g><circle r="2"></circle></g>`},
		"text":                   {`<text x="1" y="1">203 &lt;房&gt;</text>`, `<text x="1" y="1">203 &lt;房&gt;</text>`},
		"a style":                {`<path style="fill:none; stroke : #000;behavior:url(x)" d="M0 0L1,1z"/>`, `<path fill="none" stroke="#000" d="M0 0L1,1z"></path>`},
		"a script":               {`<script>alert(1)</script><rect width="1"/>`, `<rect width="1"></rect>`},
		"a script in a group":    {`<g><script><![CDATA[alert(1)]]></script></g>`, `<g></g>`},
		"HTML inside":            {`<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><img src="x" onerror="alert(1)"/></body></foreignObject>`, ``},
		"HTML by its namespace":  {`<g xmlns="http://www.w3.org/1999/xhtml"><text>x</text></g>`, ``},
		"an event":               {`<rect onload="alert(1)" onclick="alert(1)" width="1"/>`, `<rect width="1"></rect>`},
		"a picture of elsewhere": {`<image href="https://example.org/x.png"/><image xlink:href="data:image/png;base64,x"/>`, ``},
		"a link":                 {`<a href="javascript:alert(1)"><text>x</text></a>`, ``},
		"what multiplies":        {`<use href="#a"/>`, ``},
		"a style sheet":          {`<style>@import url(https://example.org/x.css);</style>`, ``},
		"a colour of elsewhere":  {`<rect fill="url(https://example.org/#a)" stroke="url(#a)" width="1"/>`, `<rect width="1"></rect>`},
		"what moves":             {`<animate attributeName="href" to="javascript:alert(1)"/><set/>`, ``},
		"a drawing in it":        {`<svg viewBox="0 0 1 1"><rect width="1"/></svg>`, ``},
		"a transformation":       {`<g transform="translate(1,2) rotate(-90)"/><g transform="url(x)"/>`, `<g transform="translate(1,2) rotate(-90)"></g><g></g>`},
		"comments":               {`<!-- <script>alert(1)</script> --><?xml-stylesheet href="x"?>`, ``},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := drawing.Clean([]byte(wrap(test.in)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(open+test.want+end, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsRefused(t *testing.T) {
	for name, test := range map[string]struct{ in, says string }{
		"nothing":             {"", "no svg element"},
		"a web page":          {"<html><body/></html>", "does not begin with"},
		"no namespace":        {`<svg viewBox="0 0 1 1"/>`, "does not begin with"},
		"no size":             {`<svg xmlns="http://www.w3.org/2000/svg" width="10"/>`, "no viewBox"},
		"a size of nothing":   {`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 0 10"/>`, "no viewBox"},
		"cut off":             {wrap("<g>")[:90], "no XML"},
		"an entity":           {`<!DOCTYPE svg [<!ENTITY a "aaaa">]>` + wrap(`<text>&a;</text>`), "no XML"},
		"too large":           {wrap(strings.Repeat(" ", drawing.MaxBytes)), "bytes"},
		"too many shapes":     {wrap(strings.Repeat("<g/>", 20_001)), "more than"},
		"too deep":            {wrap(strings.Repeat("<g>", 70) + strings.Repeat("</g>", 70)), "deep"},
		"another set of text": {wrap("\xff"), "UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := drawing.Clean([]byte(test.in)); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("it is answered %q and %v, want something of %q", got, err, test.says)
			}
		})
	}
}

// FuzzClean: whatever comes, what is kept is XML that holds nothing but what is
// allowed, and cleaning it again changes nothing.
func FuzzClean(f *testing.F) {
	for _, in := range []string{
		`<rect id="r203" width="1" style="fill:red"/>`, `<script>alert(1)</script>`, `<g><text>a&amp;b</text></g>`,
		`<g onclick="x" xlink:href="javascript:x"/>`, `<path d="M0 0"/><![CDATA[<script>]]>`,
	} {
		f.Add(wrap(in))
	}
	f.Fuzz(func(t *testing.T, in string) {
		once, err := drawing.Clean([]byte(in))
		if err != nil {
			return
		}
		d := xml.NewDecoder(strings.NewReader(once))
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%q is no XML: %v", once, err)
			}
			if e, ok := token.(xml.StartElement); ok {
				for _, a := range e.Attr {
					low := strings.ToLower(a.Name.Local + "=" + a.Value)
					if strings.HasPrefix(low, "on") || strings.Contains(low, "href") || strings.Contains(low, "url(") || strings.Contains(low, "script") {
						t.Fatalf("%q keeps %s", once, low)
					}
				}
				switch e.Name.Local {
				case "script", "style", "foreignObject", "image", "use", "a", "animate", "set":
					t.Fatalf("%q keeps <%s>", once, e.Name.Local)
				}
			}
		}
		if len(once) > drawing.MaxBytes {
			return
		}
		if twice, err := drawing.Clean([]byte(once)); err == nil && strings.ReplaceAll(twice, "data-zone", "") != strings.ReplaceAll(removeZones(once), "data-zone", "") {
			t.Fatalf("cleaned again it is another one:\n%s\n%s", once, twice)
		}
	})
}

// removeZones takes the marks of zones away, which a second cleaning does.
func removeZones(svg string) string {
	for {
		before, after, found := strings.Cut(svg, ` data-zone="`)
		if !found {
			return svg
		}
		_, after, _ = strings.Cut(after, `"`)
		svg = before + after
	}
}
