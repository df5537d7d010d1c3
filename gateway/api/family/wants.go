package family

import (
	"context"
	"errors"
	"net/http"

	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// WantsView is what one wants to be told, and when.
type WantsView struct {
	UrgentOnly bool           `json:"urgent_only" doc:"fire, gas, carbon monoxide, SOS and falls only"`
	Quiet      []people.Quiet `json:"quiet" maxItems:"14" doc:"hours in which one is not to be disturbed, local to the home of the elder; emergencies that nobody has taken come all the same"`
	Language   string         `json:"language" enum:"zh,en" doc:"of messages"`
}

type saveWantsRequest struct {
	Body WantsView
}

func (r *Room) wants(_ context.Context, u people.User, _ *struct{}) (WantsView, error) {
	v := WantsView{UrgentOnly: u.Wants.UrgentOnly, Quiet: append([]people.Quiet{}, u.Wants.Quiet...), Language: "zh"}
	if u.Language != "" {
		v.Language = u.Language
	}
	return v, nil
}

func (r *Room) saveWants(ctx context.Context, u people.User, in *saveWantsRequest) (WantsView, error) {
	w := people.Wants{UrgentOnly: in.Body.UrgentOnly, Quiet: in.Body.Quiet}
	if len(w.Quiet) == 0 {
		w.Quiet = nil
	}
	err := r.Wishes.SetWants(ctx, u.ID, w, in.Body.Language)
	if errors.Is(err, api.ErrInvalid) {
		return WantsView{}, api.NewProblem(http.StatusUnprocessableEntity, api.CodeInvalid, "quiet hours need a day from 1 to 7 and two times such as 22:00")
	}
	if err != nil {
		return WantsView{}, err
	}
	u.Wants, u.Language = w, in.Body.Language
	return r.wants(ctx, u, nil)
}
