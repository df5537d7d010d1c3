// Package api is the HTTP side of the gateway: sign-in, the pages' data with
// the scope and the form that each role may see, people's actions, events of
// edges over HTTPS, health, metrics and the files of the web app. Its OpenAPI
// document, from which the web app's types are made, comes out of the handlers.
//
// What an action does is decided by the core behind Answerer, where things are
// kept is the matter of the ports in ports.go, and the WebSocket of live views
// is in package live. Who may see what is said once, in people.Directory, and
// in what form in render.go.
package api
