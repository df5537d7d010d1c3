package inspect_test

import (
	"strings"
	"testing"

	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/inspect"
)

// TestDescribedWithoutPorts makes the document from which the types of the web app
// come.
func TestDescribedWithoutPorts(t *testing.T) {
	b, err := api.OpenAPI(inspect.New(nil))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), `"/api/inspect/report"`) {
		t.Error("the document does not have the report")
	}
}
