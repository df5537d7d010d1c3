// Package inspect is what inspectors of an authority ask the gateway: the tree of
// their region with how its sites stand, one site read-only, the table of
// incidents with its Excel file, the gaps of coverage, and the report of a half
// year.
//
// What an inspector may see of an incident is said in people.Directory and
// api.Render. Everything here is counted, filtered, sorted and exported after that:
// a cause that he may not read is no filter either, since a filter would tell it.
package inspect

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// Tests knows when detectors were last shown to alarm.
type Tests interface {
	// LastTests returns the latest test or alarm of each point of the sites that
	// finds hazards; a point that never had one is absent.
	LastTests(ctx context.Context, sites []care.SiteID) (map[people.SitePoint]time.Time, error)
}

// Room enters the operations of inspectors.
type Room struct {
	Tests Tests
	// Most is how many rows a table or a file has at most; New sets MaxRows.
	Most int
	// MostGaps is how many rows a table of gaps has at most; New sets MaxGaps.
	MostGaps int
	api      *api.API
}

// New returns the room; without Tests it can only be described.
func New(tests Tests) *Room { return &Room{Tests: tests, Most: MaxRows, MostGaps: MaxGaps} }

// viewers are inspectors, and operators, who see of incidents no more than they do.
var viewers = []people.Role{people.Inspector, people.Operator}

// seesRegion reports whether a region is in a user's scope. That of operators is
// sites; the names of regions are no secret from them.
func seesRegion(d *people.Directory, u people.User, region care.RegionID) bool {
	_, known := d.Regions[region]
	return known && (u.Role == people.Operator || d.Within(region, u.Scope.Regions))
}

// Register enters the operations.
func (r *Room) Register(a *api.API) {
	r.api = a
	op := func(id, path, summary string) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: http.MethodGet, Path: "/api/inspect/" + path, Summary: summary, Tags: []string{"inspect"},
			Errors: []int{http.StatusNotFound},
		}
	}
	api.Viewed(a, op("inspect-tree", "tree", "The region with its sites and how they are covered"), viewers, r.tree)
	api.Viewed(a, op("inspect-site", "sites/{site}", "One site, read-only; the look is logged"), viewers, r.site)
	api.Viewed(a, op("inspect-incidents", "incidents", "Incidents as a table: filtered, sorted, a page of it"), viewers, r.table)
	api.Filed(a, op("inspect-incidents-export", "incidents.xlsx", "The same table as an Excel file; the export is logged"), sheetType, viewers, r.export)
	api.Viewed(a, op("inspect-sites", "sites", "The sites as a table: how each stands and is covered"), viewers, r.sites)
	api.Filed(a, op("inspect-sites-export", "sites.xlsx", "The same table as an Excel file; the export is logged"), sheetType, viewers, r.siteFile)
	api.Viewed(a, op("inspect-coverage", "coverage", "What would not be noticed: silent and unproven points, overdue tests, edges that are offline"), viewers, r.coverage)
	api.Filed(a, op("inspect-coverage-export", "coverage.xlsx", "The same table as an Excel file; the export is logged"), sheetType, viewers, r.coverageFile)
	api.Viewed(a, op("inspect-report", "report", "The figures of a half-year or another period, each with the query of its rows"), viewers, r.report)
	api.Filed(a, op("inspect-report-export", "report.xlsx", "One table of the report as an Excel file; the export is logged"), sheetType, viewers, r.reportFile)
}
