package api

import (
	"context"
	"slices"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// historyChunk is how many incidents are read at once to fill a page of somebody
// from whom most are hidden.
const historyChunk = 500

// HistoryOf returns a filter that is narrowed to what the user may see of the
// sites that are wanted, and to nothing else yet. Its Sites are empty when he sees
// none of them.
func (a *API) HistoryOf(u people.User, wanted func(care.Site) bool) HistoryFilter {
	d := a.Book.Directory()
	f := HistoryFilter{OnlyResidents: u.Role == people.Family, Residents: u.Scope.Residents}
	for id, s := range d.Sites {
		if d.SeesSite(u, id) && wanted(s) {
			f.Sites = append(f.Sites, id)
		}
	}
	slices.Sort(f.Sites)
	return f
}

// EachIncident calls take with every incident of a filter of HistoryOf that the
// user may see, the latest raised first, until take returns false. It reads page
// by page, each from the last row that was read, shown or not, so that no great
// number of incidents is ever in memory. Limit is the size of the first page, that
// of all where it is 0.
func (a *API) EachIncident(ctx context.Context, u people.User, f HistoryFilter, take func(care.Incident) bool) error {
	if len(f.Sites) == 0 || f.OnlyResidents && len(f.Residents) == 0 {
		return nil
	}
	if f.Limit == 0 {
		f.Limit = historyChunk
	}
	for d := a.Book.Directory(); ; {
		incidents, err := a.Archive.IncidentHistory(ctx, f)
		if err != nil {
			return err
		}
		for _, i := range incidents {
			if d.SeesIncident(u, i) && !take(i) {
				return nil
			}
		}
		if len(incidents) < f.Limit {
			return nil
		}
		f.Before, f.Limit = incidents[len(incidents)-1].ID, historyChunk
	}
}
