package browser

import (
	"context"
	"encoding/json"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// command makes an action of a command without an answer.
func command[P, R any](of cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, of, params)
		return err
	})
}

// evaluate puts the value of an expression into what into points at, unless that is nil.
func evaluate(ctx context.Context, expression string, into any) error {
	value, err := chromedp.Run(ctx, chromedp.Evaluate[[]byte](expression, chromedp.EvalAwaitPromise))
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal(value, into)
}

// quoted is a text as JavaScript writes it.
func quoted(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // texts have no value that JSON lacks
	}
	return string(quoted)
}

// shortened is the beginning of a script, for a message.
func shortened(script string) string {
	const most = 200
	if len(script) > most {
		return script[:most] + "…"
	}
	return script
}
