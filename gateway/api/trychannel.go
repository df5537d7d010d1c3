package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

type tryChannelRequest struct {
	Channel string `path:"channel" minLength:"1" maxLength:"40"`
	Body    struct {
		Address  string `json:"address" minLength:"1" maxLength:"512" doc:"in the form that the channel takes; it is kept nowhere"`
		Language string `json:"language,omitempty" enum:"zh,en" default:"zh" doc:"of the message"`
	}
}

// TriedChannel is what a service answered to a trial.
type TriedChannel struct {
	TriedResult
	ID     string `json:"id,omitempty" doc:"under which the service knows the message"`
	TookMS int64  `json:"took_ms" doc:"milliseconds until it answered"`
}

// An operator tries a few channels one after the other; each message may cost
// money, and whom it reaches has not asked for it.
const tryAtOnce, tryEvery = 6, time.Minute

// tryChannel sends one message that says only that it arrived. The log has by
// which channel and with what outcome, never the address: that is somebody's.
func (a *API) tryChannel(ctx context.Context, u people.User, in *tryChannelRequest) (TriedChannel, error) {
	there := slices.ContainsFunc(a.Reach.Channels(), func(c Channel) bool { return c.Name == in.Channel })
	if !there || in.Channel == ScreenChannel {
		return TriedChannel{}, ErrNotFound("channel")
	}
	to := people.Contact{Channel: in.Channel, Address: strings.TrimSpace(in.Body.Address)}
	if to.Address == "" {
		return TriedChannel{}, errMistakes([]Mistake{{Location: "body.address", Message: "the address is empty"}})
	}
	if _, err := a.Slow("try channel "+string(u.ID), tryAtOnce, tryEvery); err != nil {
		return TriedChannel{}, err
	}
	began := time.Now()
	t := a.Reach.TryChannel(ctx, to, in.Body.Language)
	v := TriedChannel{TriedResult: TriedResult{Channel: t.Channel, Proof: t.Proof.String()}, ID: t.ID, TookMS: time.Since(began).Milliseconds()}
	outcome := v.Proof
	if t.Failure != nil {
		v.Reason, v.Detail = string(t.Failure.Reason), t.Failure.Detail
		outcome = v.Reason
	}
	// It is on its way, whether the operator still waits or not.
	if err := a.Record(context.WithoutCancel(ctx), u, care.AuditTried, "channel:"+in.Channel, outcome); err != nil {
		return TriedChannel{}, err
	}
	return v, nil
}
