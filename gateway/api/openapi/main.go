// Command openapi prints the OpenAPI document of the gateway, from which the
// types of the web app are made.
package main

import (
	"fmt"
	"os"

	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/rooms"
)

func main() {
	doc, err := api.OpenAPI(rooms.Blank()...)
	if err == nil {
		_, err = os.Stdout.Write(doc)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "openapi:", err)
		os.Exit(1)
	}
}
