package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// OpenAPI returns the OpenAPI 3.1 document of the API with these rooms as
// indented JSON. It needs no running gateway.
func OpenAPI(rooms ...Room) ([]byte, error) {
	a := &API{Options: Options{Rooms: rooms}, routes: newRoutes(nil)}
	a.register()
	return a.document()
}

// document renders the document of the registered operations.
func (a *API) document() ([]byte, error) {
	b, err := json.MarshalIndent(a.huma.OpenAPI(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("make the OpenAPI document: %w", err)
	}
	return append(b, '\n'), nil
}

// humaConfig leaves out what huma's default adds: pages that load scripts from
// elsewhere, and $schema fields in answers.
func humaConfig(version string) huma.Config {
	c := huma.DefaultConfig("Shouwang 守望", version)
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.CreateHooks = nil
	c.Info.Description = "Alarms of old people's homes: who called, who goes, and how it ended. " +
		"Errors are problem details (RFC 9457) with a stable code."
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: sessionCookie, Description: "the session of a signed-in person"},
		"edge":    {Type: "http", Scheme: "basic", Description: "the edge {site}/{edge} and its secret"},
	}
	return c
}

// describeLive adds what huma cannot see: the WebSocket, whose messages are
// Hello and BoardReport from the client and Frame from the server.
func (a *API) describeLive() {
	doc := a.huma.OpenAPI()
	hello := doc.Components.Schemas.Schema(reflect.TypeFor[Hello](), true, "Hello")
	frame := doc.Components.Schemas.Schema(reflect.TypeFor[Frame](), true, "Frame")
	report := doc.Components.Schemas.Schema(reflect.TypeFor[BoardReport](), true, "BoardReport")
	doc.AddOperation(&huma.Operation{
		OperationID: "live", Method: http.MethodGet, Path: "/api/live", Tags: []string{"incidents"},
		Summary: "WebSocket of live views",
		Description: "After the upgrade the client sends one Hello (" + hello.Ref + "), the server then sends frames (" + frame.Ref + "): " +
			"what the client misses after its number, or a snapshot; then each change as it happens, in the order of numbers. " +
			"A station also sends reports on its board (" + report.Ref + ").",
		Security: []map[string][]string{{"session": {}}},
		Responses: map[string]*huma.Response{
			"101": {Description: "Switching Protocols"},
			"401": {Description: "no session"},
		},
	})
}
