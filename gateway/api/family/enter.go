package family

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

const (
	invitationLife = 72 * time.Hour
	codeLife       = 10 * time.Minute
	// A message costs money and may be a nuisance: three codes at once by one
	// link, one more each five minutes; of one address ten, and one more a minute.
	codesAtOnce, codeEvery    = 3, 5 * time.Minute
	remoteAtOnce, remoteEvery = 10, time.Minute
	// By number anybody may ask, so nobody may use up what another has: of one
	// address two codes at once to one number, and one more when the first is
	// over. They and the one that she asked for herself are three, as many as are
	// good at a time (ledger.CodesKept). That of all addresses together is deep, and
	// bounds what many of them can send and guess.
	typedAtOnce, typedEvery    = 2, codeLife
	numberAtOnce, numberEvery  = 12, 5 * time.Minute
	answersAtOnce, answerEvery = 20, 10 * time.Second
)

type inviteRequest struct {
	Body struct {
		User care.UserID `json:"user" minLength:"1" maxLength:"64" doc:"the relative, as registered"`
	}
}

// InvitationView is a link, which is shown this once.
type InvitationView struct {
	URL       string    `json:"url" doc:"a path alone where the gateway's outside address is not set"`
	SVG       string    `json:"svg,omitempty" doc:"the address as a QR code; absent where the outside address is not set"`
	Name      string    `json:"name" doc:"for whom it is"`
	Ending    string    `json:"ending" doc:"last four digits of the telephone to which the code will go"`
	ExpiresAt time.Time `json:"expires_at"`
}

// invite makes a link for a relative of somebody who lives where the viewer
// works.
func (r *Room) invite(ctx context.Context, u people.User, in *inviteRequest) (InvitationView, error) {
	d := r.a.Book.Directory()
	who, known := d.Users[in.Body.User]
	mine := slices.ContainsFunc(who.Scope.Residents, func(id care.ResidentID) bool {
		elder, ok := d.Residents[id]
		return ok && d.Acts(u, elder.Site)
	})
	if !known || who.Role != people.Family || who.Disabled || !mine {
		return InvitationView{}, api.ErrNotFound("relative")
	}
	number := r.Phones.Number(who)
	if number == "" {
		return InvitationView{}, api.NewProblem(http.StatusConflict, CodeNoPhone, ErrNoPhone.Error()+": enter the number first")
	}
	token, until := rand.Text(), time.Now().Add(invitationLife)
	// What is after # is never sent to a server, so it stands in no log.
	url, svg, err := r.a.AddressOf("/family/enter/#" + token)
	if err != nil {
		return InvitationView{}, err
	}
	if err := r.a.Record(ctx, u, care.AuditChanged, "user:"+string(who.ID), "invitation"); err != nil {
		return InvitationView{}, err
	}
	if err := r.Entries.Invite(ctx, who.ID, token, until); err != nil {
		return InvitationView{}, err
	}
	return InvitationView{URL: url, SVG: svg, Name: who.Name, Ending: ending(number), ExpiresAt: until.UTC()}, nil
}

type codeRequest struct {
	remote string
	Body   struct {
		Invitation string `json:"invitation,omitempty" maxLength:"64" doc:"what stands after # in the link; or"`
		Telephone  string `json:"telephone,omitempty" maxLength:"32" doc:"the number of somebody who was here before"`
	}
}

// Resolve notes where the request came from.
func (q *codeRequest) Resolve(ctx huma.Context) []error {
	q.remote = api.RemoteOf(ctx)
	return nil
}

// CodeView says that a code is on its way.
type CodeView struct {
	Challenge string    `json:"challenge" doc:"to be sent back with the code"`
	Ending    string    `json:"ending,omitempty" doc:"last four digits of the telephone in the register; with a link only"`
	ExpiresAt time.Time `json:"expires_at"`
}

// code sends a code. By a link it goes to the number in the register, which the
// visitor never types. Somebody who was here before types hers; whether it is
// in the register the answer does not tell.
func (r *Room) code(ctx context.Context, in *codeRequest) (CodeView, error) {
	refund, err := r.a.Slow("family code "+in.remote, remoteAtOnce, remoteEvery)
	if err != nil {
		return CodeView{}, err
	}
	v := CodeView{Challenge: rand.Text(), ExpiresAt: time.Now().Add(codeLife).UTC()}
	code, err := digits()
	if err != nil {
		return CodeView{}, err
	}
	if in.Body.Invitation == "" {
		return v, r.codeByNumber(in, v, code)
	}
	id, found, err := r.Entries.Invited(ctx, in.Body.Invitation)
	if err != nil {
		refund()
		return CodeView{}, err
	}
	u, known := r.a.Book.Directory().Users[id]
	if !found || !known || u.Disabled || u.Role != people.Family {
		return CodeView{}, api.NewProblem(http.StatusNotFound, api.CodeNotFound, "the link is not valid, or no longer: ask for a new one")
	}
	if _, err := r.a.Slow("family code of "+string(id), codesAtOnce, codeEvery); err != nil {
		return CodeView{}, err
	}
	if err := r.Entries.SaveCode(ctx, id, v.Challenge, code, v.ExpiresAt); err != nil {
		return CodeView{}, err
	}
	if err := r.Phones.SendCode(ctx, u, code); err != nil {
		r.a.Log.WarnContext(ctx, "a code for a family was not sent", "user", id, "error", err)
		return CodeView{}, api.NewProblem(http.StatusBadGateway, CodeNotSent, "the code could not be sent to the telephone in the register: ask the home")
	}
	v.Ending = ending(r.Phones.Number(u))
	return v, nil
}

// codeByNumber has a code sent to somebody who was here before. The answer is the
// same, and as soon, whether the number is in the register or not: the courier does
// the rest.
func (r *Room) codeByNumber(in *codeRequest, v CodeView, code string) error {
	number := plain(in.Body.Telephone)
	if len(number) < 5 {
		return api.NewProblem(http.StatusUnprocessableEntity, api.CodeInvalid, "a telephone number is needed")
	}
	refund, err := r.a.Slow("family code to "+number+" from "+in.remote, typedAtOnce, typedEvery)
	if err != nil {
		return err
	}
	if _, err := r.a.Slow("family code to "+number, numberAtOnce, numberEvery); err != nil {
		refund()
		return err
	}
	var found []people.User
	for _, u := range r.a.Book.Directory().Users {
		if u.Role == people.Family && !u.Disabled && plain(r.Phones.Number(u)) == number {
			found = append(found, u)
		}
	}
	r.Courier.take(errand{found, number, v.Challenge, code, v.ExpiresAt})
	return nil
}

type enterRequest struct {
	remote string
	Body   struct {
		Challenge string `json:"challenge" minLength:"1" maxLength:"64"`
		Code      string `json:"code" minLength:"6" maxLength:"12"`
		// A telephone that was stolen or diverted gets the message; the second step
		// is there for that.
		SecondStep string `json:"second_step,omitempty" maxLength:"16" doc:"the code of the second step, where the account has one: 401 needs_code asks for it, 401 bad_code says that it is wrong"`
	}
}

// Resolve notes where the request came from.
func (q *enterRequest) Resolve(ctx huma.Context) []error {
	q.remote = api.RemoteOf(ctx)
	return nil
}

// wrongTakes is how long the answer to a wrong code takes at least. What is written
// for a code that was sent, and not for a challenge that never had one, takes less:
// the time must not tell whether a number is in the register.
const wrongTakes = time.Second

// wrong is the answer to a wrong code, a while after the question.
func wrong(ctx context.Context, asked time.Time) error {
	select {
	case <-time.After(time.Until(asked.Add(wrongTakes))):
	case <-ctx.Done():
	}
	return api.NewProblem(http.StatusUnprocessableEntity, api.CodeBadCode, "the code is wrong, was used or is too old: after five wrong ones, or ten minutes, ask for a new one")
}

// enter begins the session of whoever got the code, and has the second step where
// the account has one.
func (r *Room) enter(ctx context.Context, in *enterRequest) (api.Me, error) {
	if _, err := r.a.Slow("family answer "+in.remote, answersAtOnce, answerEvery); err != nil {
		return api.Me{}, err
	}
	asked := time.Now()
	id, ok, err := r.Entries.TryCode(ctx, in.Body.Challenge, notDigit.ReplaceAllString(in.Body.Code, ""))
	if err != nil {
		return api.Me{}, err
	}
	if id == "" {
		return api.Me{}, wrong(ctx, asked)
	}
	u, known, err := r.a.Accounts.User(ctx, id)
	if err != nil {
		return api.Me{}, err
	}
	if !ok || !known || u.Disabled || u.Role != people.Family {
		if err := r.a.Refused(ctx, u, "text message from "+in.remote); err != nil {
			return api.Me{}, err
		}
		return api.Me{}, wrong(ctx, asked)
	}
	how := "text message from " + in.remote
	if u.TOTPSecret != "" {
		if in.Body.SecondStep == "" {
			return api.Me{}, api.NewProblem(http.StatusUnauthorized, api.CodeNeedsCode, "this account asks for the code of its second step")
		}
		if !r.a.CheckSecondStep(u, in.Body.SecondStep) {
			if err := r.a.Refused(ctx, u, "second step from "+in.remote); err != nil {
				return api.Me{}, err
			}
			return api.Me{}, api.NewProblem(http.StatusUnauthorized, api.CodeBadCode, "the code of the second step is wrong or was used already")
		}
		how = "text message and second step from " + in.remote
	}
	used, err := r.Entries.UseCode(ctx, in.Body.Challenge)
	if err != nil {
		return api.Me{}, err
	}
	if !used {
		return api.Me{}, wrong(ctx, asked)
	}
	if err := r.a.Begin(ctx, u, how); err != nil {
		return api.Me{}, err
	}
	return r.a.MeOf(u), nil
}

type passwordRequest struct {
	Body struct {
		New string `json:"new" minLength:"1" maxLength:"256"`
	}
}

// firstPassword sets the password of somebody who has none; another one is set
// where the present one is asked for.
func (r *Room) firstPassword(ctx context.Context, u people.User, in *passwordRequest) (api.Me, error) {
	was, _, err := r.a.Accounts.User(ctx, u.ID)
	if err != nil {
		return api.Me{}, err
	}
	if was.PasswordHash != "" {
		return api.Me{}, api.NewProblem(http.StatusConflict, api.CodeInvalid, "there is a password already: change it with the present one")
	}
	if api.WeakPassword(in.Body.New, u) {
		return api.Me{}, api.NewProblem(http.StatusUnprocessableEntity, api.CodeWeak,
			"the password is too short or easy to guess: take at least eight characters that nobody expects")
	}
	hash, err := api.HashPassword(in.Body.New)
	if err != nil {
		return api.Me{}, err
	}
	if err := r.a.Record(ctx, u, care.AuditChanged, "user:"+string(u.ID), "password"); err != nil {
		return api.Me{}, err
	}
	if err := r.a.Credentials.SetPassword(ctx, u.ID, hash, false); err != nil {
		return api.Me{}, err
	}
	// The new password ends every session; this one goes on.
	was.PasswordHash = hash
	if err := r.a.Begin(ctx, was, "first password"); err != nil {
		return api.Me{}, err
	}
	return r.a.MeOf(was), nil
}

// digits returns six random ones.
func digits() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", fmt.Errorf("make a code: %w", err)
	}
	return fmt.Sprintf("%06d", n), nil
}

var notDigit = regexp.MustCompile(`[^0-9]`)

// plain is a telephone number by which two ways to write it are compared: its
// digits, without the 86 of China.
func plain(number string) string {
	digits := notDigit.ReplaceAllString(number, "")
	digits = strings.TrimPrefix(digits, "00")
	if len(digits) == 13 && strings.HasPrefix(digits, "861") {
		digits = digits[2:]
	}
	return digits
}

// ending returns the last four digits of a number.
func ending(number string) string {
	p := plain(number)
	return p[max(0, len(p)-4):]
}
