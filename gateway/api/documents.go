package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/goccy/go-yaml"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/ladder"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/alerts/roster"
	"shouwang.care/shouwang/alerts/rule"
)

// Documents is the configuration that people edit.
type Documents interface {
	// Document returns a document; found is false when there is none, which
	// stands for what is built in.
	Document(ctx context.Context, site care.SiteID, kind alerts.DocumentKind, name string) (d alerts.Document, found bool, err error)
	// SaveDocument keeps a document, and returns it with its new revision. The
	// error is ErrStale when another one was saved since d.Revision.
	SaveDocument(ctx context.Context, d alerts.Document, by care.Act) (alerts.Document, error)
}

// ErrStale says that somebody has saved another document meanwhile.
var ErrStale = errors.New("the document was changed meanwhile")

// DocumentView is a document as YAML.
type DocumentView struct {
	Text     string     `json:"text" doc:"YAML; empty when the site has none of its own"`
	BuiltIn  string     `json:"built_in,omitempty" doc:"YAML of what holds without a document, or after it"`
	Revision int        `json:"revision" doc:"to be sent with a change; 0 when there is none"`
	SavedAt  *time.Time `json:"saved_at,omitempty"`
	SavedBy  string     `json:"saved_by,omitempty" doc:"name"`
}

type documentRequest struct {
	Site care.SiteID         `path:"site" maxLength:"40"`
	Kind alerts.DocumentKind `path:"kind" enum:"roster,ladders,rules"`
}

type saveDocumentRequest struct {
	Site care.SiteID         `path:"site" maxLength:"40"`
	Kind alerts.DocumentKind `path:"kind" enum:"roster,ladders,rules"`
	Body struct {
		Text     string `json:"text" doc:"YAML. Comments are kept in rules only"`
		Revision int    `json:"revision" minimum:"0" doc:"the one that was read; when another was saved meanwhile, the answer is 409 stale"`
	}
}

func (a *API) registerDocuments() {
	op := func(id, method, summary string) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: method, Path: "/api/sites/{site}/{kind}", Summary: summary, Tags: []string{"configuration"},
			MaxBodyBytes: 2 * maxDocument, Errors: []int{http.StatusNotFound},
		}
	}
	Viewed(a, op("document", http.MethodGet, "Roster, ladders or rules of a site, as YAML"), staff, a.readDocument)
	save := op("save-document", http.MethodPut, "Replace the roster, the ladders or the rules of a site; every mistake is told with its line")
	save.Errors = append(save.Errors, http.StatusConflict)
	Viewed(a, save, leaders, a.saveDocument)
}

func (a *API) readDocument(ctx context.Context, u people.User, in *documentRequest) (DocumentView, error) {
	d := a.Book.Directory()
	if !d.SeesSite(u, in.Site) {
		return DocumentView{}, ErrNotFound("site")
	}
	saved, found, err := a.Documents.Document(ctx, in.Site, in.Kind, "")
	if err != nil {
		return DocumentView{}, err
	}
	return renderDocument(d, in.Kind, saved, found)
}

func (a *API) saveDocument(ctx context.Context, u people.User, in *saveDocumentRequest) (DocumentView, error) {
	d := a.Book.Directory()
	if !d.Acts(u, in.Site) {
		return DocumentView{}, ErrNotFound("site")
	}
	if len(in.Body.Text) > maxDocument {
		return DocumentView{}, NewProblem(http.StatusRequestEntityTooLarge, CodeTooLarge, fmt.Sprintf("the document has more than %d bytes", maxDocument))
	}
	body, err := parseDocument(d, in.Site, in.Kind, in.Body.Text)
	if err != nil {
		return DocumentView{}, err
	}
	saved, err := a.Documents.SaveDocument(ctx, alerts.Document{Site: in.Site, Kind: in.Kind, Body: body, Revision: in.Body.Revision}, ActOf(u))
	if err != nil {
		return DocumentView{}, staleError(err)
	}
	return renderDocument(d, in.Kind, saved, true)
}

func staleError(err error) error {
	if errors.Is(err, ErrStale) {
		return NewProblem(http.StatusConflict, CodeStale, "somebody has saved a change meanwhile; read it again and repeat yours")
	}
	return err
}

// renderDocument writes a document as YAML.
func renderDocument(d *people.Directory, kind alerts.DocumentKind, saved alerts.Document, found bool) (v DocumentView, err error) {
	if found {
		v = DocumentView{Revision: saved.Revision, SavedAt: &saved.SavedAt, SavedBy: d.Users[saved.SavedBy].Name}
	}
	switch kind {
	case alerts.DocumentRules:
		v.Text, v.BuiltIn = string(saved.Body), string(rule.DefaultSource())
		return v, nil
	case alerts.DocumentLadders:
		if v.BuiltIn, err = asYAML(ladder.Book{Policies: ladder.Defaults()}); err == nil && found {
			v.Text, err = jsonAsYAML[ladder.Book](saved)
		}
	case alerts.DocumentRoster:
		if found {
			v.Text, err = jsonAsYAML[roster.Roster](saved)
		}
	}
	return v, err
}

func jsonAsYAML[T any](d alerts.Document) (string, error) {
	var v T
	if err := json.Unmarshal(d.Body, &v); err != nil {
		return "", fmt.Errorf("read the document %s of site %s: %w", d.Kind, d.Site, err)
	}
	return asYAML(v)
}

func asYAML(v any) (string, error) {
	b, err := yaml.MarshalWithOptions(v, yaml.IndentSequence(true))
	if err != nil {
		return "", fmt.Errorf("write a document as YAML: %w", err)
	}
	return string(b), nil
}

// oneLineEnd lets lines be counted alike, whatever machine they were written on.
var oneLineEnd = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// parseDocument checks what somebody has written, and returns it as it is kept.
// The error is a problem with every mistake.
func parseDocument(d *people.Directory, site care.SiteID, kind alerts.DocumentKind, text string) ([]byte, error) {
	text = oneLineEnd.Replace(text)
	switch kind {
	case alerts.DocumentRules:
		if _, err := rule.Parse("rules", []byte(text)); err != nil {
			return nil, ruleMistakes(err)
		}
		return []byte(text), nil
	case alerts.DocumentLadders:
		var b ladder.Book
		s := readSheet(text, &b)
		if len(s.mistakes) == 0 {
			checkLadders(s, d, b)
		}
		return kept(s, b)
	}
	var r roster.Roster
	s := readSheet(text, &r)
	if len(s.mistakes) == 0 {
		checkRoster(s, d, site, r)
	}
	return kept(s, r)
}

func kept(s *sheet, v any) ([]byte, error) {
	if err := s.problem(); err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

func ruleMistakes(err error) error {
	wrong, ok := errors.AsType[*rule.Error](err)
	if !ok {
		return err
	}
	mistakes := make([]Mistake, len(wrong.Mistakes))
	for i, m := range wrong.Mistakes {
		mistakes[i] = Mistake{Location: m.Path, Message: m.Text, Line: m.Line, Column: m.Column, Source: m.Source}
	}
	return errMistakes(mistakes)
}

func checkLadders(s *sheet, d *people.Directory, b ladder.Book) {
	eachError(b.Check(), func(err error) {
		if m, ok := errors.AsType[ladder.Mistake](err); ok {
			s.at(m.Path, "%s", m.Text)
		}
	})
	for n, p := range b.Policies {
		for k, step := range p.Steps {
			for j, to := range step.To {
				name, named := strings.CutPrefix(string(to), "user:")
				id := care.UserID(name)
				if _, known := d.Users[id]; named && !known {
					s.at(fmt.Sprintf("policies[%d].steps[%d].to[%d]", n, k, j), "there is no user %s", id)
				}
			}
		}
	}
}

// checkRoster checks a roster, and that who is planned can answer an alarm.
func checkRoster(s *sheet, d *people.Directory, site care.SiteID, r roster.Roster) {
	eachError(r.Check(d.Sites[site].TimeZone), func(err error) {
		if m, ok := errors.AsType[roster.Mistake](err); ok {
			s.at(m.Path, "%s", m.Text)
		}
	})
	able := func(path string, id care.UserID) {
		switch u, known := d.Users[id]; {
		case !known:
			s.at(path, "there is no user %s", id)
		case !d.Acts(u, site):
			s.at(path, "%s (%s) may not answer alarms of this site; enter the site in the scope, or plan somebody else", id, u.Role)
		}
	}
	for n, duty := range r.Duties {
		for k, rotation := range duty.Rotations {
			path := fmt.Sprintf("duties[%d].rotations[%d]", n, k)
			for j, id := range rotation.Order {
				able(fmt.Sprintf("%s.order[%d]", path, j), id)
			}
			for w, week := range rotation.Weeks {
				for _, shift := range duty.Shifts { // in an order that stays
					for j, id := range week[shift.ID] {
						able(fmt.Sprintf("%s.weeks[%d].%s[%d]", path, w, shift.ID, j), id)
					}
				}
			}
		}
	}
	for n, o := range r.Overrides {
		if o.By != "" { // whom he replaces may have left
			able(fmt.Sprintf("overrides[%d].by", n), o.By)
		}
	}
}
