package templated

import (
	"fmt"
	"net/http"
	"slices"
	"sort"

	"shouwang.care/shouwang/alerts/notify"
)

// Options are the settings of a provider.
type Options struct {
	// Address says what an address is: "phone" for E.164, which is also the
	// default, or "any".
	Address string `yaml:"address"`
	// Secrets are keys and passwords by names, for templates.
	Secrets map[string]notify.Secret `yaml:"secrets"`
	// Send is the request that hands over a message.
	Send Request `yaml:"send"`
	// Taken is true of an answer to Send when the provider took the message.
	Taken Test `yaml:"taken"`
	// ID finds the provider's name of the message in the answer to Send.
	ID Find `yaml:"id"`
	// Failures say what else answers to Send mean; the first that fits counts.
	// What none of them fits is a refusal of this once.
	Failures []Rule `yaml:"failures"`
	// Error finds the provider's words for what is wrong, in any answer.
	Error Find `yaml:"error"`
	// Poll asks what became of a message; without it, nothing is known but
	// that it was taken.
	Poll *Poll `yaml:"poll"`
	// Best is the strongest proof that the provider gives: taken, delivered,
	// read or accepted; empty is what Poll can find.
	Best string `yaml:"best"`
	// Plain allows http beyond this machine, for a modem or gateway in the
	// home's own network. Whoever listens there reads the messages.
	Plain bool `yaml:"plain"`
}

// Request is a request, each part a template.
type Request struct {
	// Method is GET, POST or PUT, and no template; empty is POST.
	Method  string            `yaml:"method"`
	URL     string            `yaml:"url"`
	Headers map[string]string `yaml:"headers"`
	Body    string            `yaml:"body"`
}

// Poll is how the provider is asked about a message, whose id is {{.ID}}. Of an
// answer of which nothing is true, nothing new is known.
type Poll struct {
	Request   `yaml:",inline"`
	Delivered Test   `yaml:"delivered"`
	Read      Test   `yaml:"read"`
	Accepted  Test   `yaml:"accepted"`
	Failed    []Rule `yaml:"failed"`
}

// Find finds a text in an answer, by one of two ways.
type Find struct {
	// JSON is a path such as data.items[0].id into an answer in JSON.
	JSON string `yaml:"json"`
	// Regexp is a regular expression of Go; its first group is the text, or all
	// of it when it has none.
	Regexp string `yaml:"regexp"`
}

// Test is true of an answer in which a text is found and equals one of some;
// with a regexp and none given, when it is found at all.
type Test struct {
	Find   `yaml:",inline"`
	Equals []string `yaml:"equals"`
}

// Rule says what it means when a test is true.
type Rule struct {
	When Test `yaml:"when"`
	// Reason is bad_address, refused, misconfigured, unreachable, throttled,
	// no_answer or undelivered.
	Reason notify.Reason `yaml:"reason"`
	// Permanent says that the same message would fail again.
	Permanent bool `yaml:"permanent"`
}

// reasons are those that a provider can give.
var reasons = []notify.Reason{
	notify.BadAddress, notify.Refused, notify.Misconfigured, notify.Unreachable, notify.Throttled, notify.NoAnswer, notify.Undelivered,
}

// Check lists every mistake in the settings, and those of templates when they
// are tried with messages of each kind and language.
func (o Options) Check() error {
	_, err := o.compile()
	return err
}

// compile makes the channel but for its client.
func (o Options) compile() (*Channel, error) {
	var m notify.Mistakes
	c := &Channel{o: o, telephone: o.Address != "any"}
	if o.Address != "" && o.Address != "phone" && o.Address != "any" {
		m.Add("address", "%q is neither phone nor any", o.Address)
	}
	for name, s := range o.Secrets {
		m.Need("secrets."+name, string(s), "a key or password")
		c.secrets = append(c.secrets, string(s))
	}
	// The longest first, should one be part of another.
	sort.Slice(c.secrets, func(i, j int) bool { return len(c.secrets[i]) > len(c.secrets[j]) })

	c.send = o.Send.compile(&m, "send", o, samples())
	c.taken = o.Taken.compile(&m, "taken")
	if o.Taken.empty() {
		m.Add("taken", "a test is needed that is true when the provider took the message; many answer 200 to what they refuse")
	}
	c.id = o.ID.compile(&m, "id")
	c.words = o.Error.compile(&m, "error")
	c.failures = compileRules(&m, "failures", o.Failures)
	can := notify.Taken
	if p := o.Poll; p != nil {
		c.hasAsk = true
		c.ask = p.Request.compile(&m, "poll", o, pollSamples())
		c.delivered, c.read, c.accepted = p.Delivered.compile(&m, "poll.delivered"), p.Read.compile(&m, "poll.read"), p.Accepted.compile(&m, "poll.accepted")
		c.poll = compileRules(&m, "poll.failed", p.Failed)
		switch {
		case !p.Accepted.empty():
			can = notify.Accepted
		case !p.Read.empty():
			can = notify.Read
		case !p.Delivered.empty():
			can = notify.Delivered
		default:
			m.Add("poll.delivered", "a test is needed that is true when the message was delivered")
		}
		if o.ID.empty() {
			m.Add("id", "without it there is no message to ask about")
		}
	}
	c.best = can
	if o.Best != "" {
		best, ok := proofs[o.Best]
		switch {
		case !ok:
			m.Add("best", "%q is none of taken, delivered, read and accepted", o.Best)
		case best > can:
			m.Add("best", "%s is more than poll can find; there is no test for it", o.Best)
		}
		c.best = best
	}
	return c, m.Err()
}

var proofs = map[string]notify.Proof{
	"taken": notify.Taken, "delivered": notify.Delivered, "read": notify.Read, "accepted": notify.Accepted,
}

// methods are those of requests.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut}

// rule is a Rule that can be applied.
type rule struct {
	when      test
	reason    notify.Reason
	permanent bool
}

func compileRules(m *notify.Mistakes, path string, rules []Rule) []rule {
	out := make([]rule, 0, len(rules))
	for i, r := range rules {
		at := fmt.Sprintf("%s[%d]", path, i)
		if r.When.empty() {
			m.Add(at+".when", "a test is needed")
		}
		if !slices.Contains(reasons, r.Reason) {
			m.Add(at+".reason", "%q is none of %v", r.Reason, reasons)
		}
		out = append(out, rule{r.When.compile(m, at+".when"), r.Reason, r.Permanent})
	}
	return out
}

// firstFailure returns what the first rule that fits says; nil when none does.
func firstFailure(rules []rule, body []byte, detail string) *notify.Failure {
	for _, r := range rules {
		if r.when.match(body) {
			return &notify.Failure{Reason: r.reason, Permanent: r.permanent, Detail: detail}
		}
	}
	return nil
}
