package api_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/rooms"
)

// document is as much of an OpenAPI document as the tests look at.
type document struct {
	OpenAPI string                          `json:"openapi"`
	Info    struct{ Title, Version string } `json:"info"`
	Paths   map[string]map[string]struct {
		OperationID string             `json:"operationId"`
		Summary     string             `json:"summary"`
		Security    []map[string][]any `json:"security"`
		Responses   map[string]any     `json:"responses"`
		Parameters  []map[string]any   `json:"parameters"`
	} `json:"paths"`
	Components struct {
		Schemas         map[string]any `json:"schemas"`
		SecuritySchemes map[string]any `json:"securitySchemes"`
	} `json:"components"`
}

// TestTheDocumentIsStable pins what the web app and integrators build on: each
// operation, its path, who may ask and what can come back.
func TestTheDocumentIsStable(t *testing.T) {
	text, err := api.OpenAPI(rooms.Blank()...)
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for path, operations := range d.Paths {
		for method, o := range operations {
			var security, parameters, statuses []string
			for _, s := range o.Security {
				for name := range s {
					security = append(security, name)
				}
			}
			for _, p := range o.Parameters {
				parameters = append(parameters, fmt.Sprint(p["in"], ".", p["name"]))
			}
			for status := range o.Responses {
				statuses = append(statuses, status)
			}
			slices.Sort(statuses)
			slices.Sort(parameters)
			lines = append(lines, fmt.Sprintf("%s: %s %s (%s) [%s] -> %s", o.OperationID, strings.ToUpper(method), path,
				strings.Join(security, " "), strings.Join(parameters, " "), strings.Join(statuses, " ")))
			if o.Summary == "" {
				t.Errorf("%s has no summary", o.OperationID)
			}
		}
	}
	slices.Sort(lines)
	var schemas []string
	for name := range d.Components.Schemas {
		schemas = append(schemas, "schema "+name)
	}
	slices.Sort(schemas)
	golden(t, "operations.txt", []byte(strings.Join(append(lines, schemas...), "\n")+"\n"))
}

func TestTheDocumentIsValid(t *testing.T) {
	r := newRig(t)
	res := r.nobody().get("/openapi.json")
	if got := res.Header.Get("Content-Type"); got != "application/vnd.oai.openapi+json;version=3.1" {
		t.Errorf("it is a %q", got)
	}
	d := read[document](t, res)
	if !strings.HasPrefix(d.OpenAPI, "3.1") || d.Info.Version != "1.2.3" || d.Info.Title == "" {
		t.Errorf("it is OpenAPI %s of %+v", d.OpenAPI, d.Info)
	}
	var whole any
	if err := json.Unmarshal(res.body, &whole); err != nil {
		t.Fatal(err)
	}
	refs := 0
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				refs++
				name, ok := strings.CutPrefix(ref, "#/components/schemas/")
				if !ok || d.Components.Schemas[name] == nil {
					t.Errorf("%s leads nowhere", ref)
				}
			}
			for _, x := range v {
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(whole)
	if refs == 0 {
		t.Error("there are no references, so nothing was checked")
	}
	seen := map[string]bool{}
	for path, operations := range d.Paths {
		for method, o := range operations {
			if o.OperationID == "" || seen[o.OperationID] {
				t.Errorf("the id %q of %s %s is empty or used twice", o.OperationID, method, path)
			}
			seen[o.OperationID] = true
			for _, s := range o.Security {
				for name := range s {
					if d.Components.SecuritySchemes[name] == nil {
						t.Errorf("%s is secured by %s, which there is not", o.OperationID, name)
					}
				}
			}
			for part := range strings.SplitSeq(path, "/") {
				if name, ok := strings.CutPrefix(part, "{"); ok && !slices.ContainsFunc(o.Parameters, func(p map[string]any) bool {
					return p["in"] == "path" && p["name"] == strings.TrimSuffix(name, "}")
				}) {
					t.Errorf("%s %s has no parameter for %s", method, path, part)
				}
			}
		}
	}
	// Each route of the API is described, but for the files, the pages and the metrics.
	for _, pattern := range r.api.Routes() {
		method, path, ok := strings.Cut(pattern, " ")
		page := strings.HasPrefix(path, "/a/") || strings.HasPrefix(path, "/t/") || strings.HasPrefix(path, "/trust")
		if !ok || page || path == "/metrics" || path == "/openapi.json" {
			continue
		}
		if _, ok := d.Paths[path][strings.ToLower(method)]; !ok {
			t.Errorf("%s is not described", pattern)
		}
	}
}
