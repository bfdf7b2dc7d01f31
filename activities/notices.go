package activities

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"cloudsync/notice"
	"cloudsync/notice/send"
	"cloudsync/store"
)

// Notices are how people are told.
type Notices struct {
	Receivers []notice.Receiver
	Senders   map[string]send.Sender // by the receiver's name
	Links     notice.Links           // the namespace is the activity's
	// Intervals are those of the configured kinds. Paused says that syncing is disabled: then
	// nothing is late. LateAfter is how old the inventory of a kind may be at least before it is.
	Intervals map[string]time.Duration
	Paused    bool
	LateAfter time.Duration
	// Now is the clock; nil means time.Now. Wait waits by that clock; nil means by the machine's.
	Now  func() time.Time
	Wait func(context.Context, time.Duration) error
}

func (n *Notices) now() time.Time {
	if n.Now != nil {
		return n.Now()
	}
	return time.Now()
}

func (n *Notices) wait(ctx context.Context, pause time.Duration) error {
	if n.Wait != nil {
		return n.Wait(ctx, pause)
	}
	return pauseFor(ctx, pause)
}

func (n *Notices) receiver(name string) (*notice.Receiver, bool) {
	i := slices.IndexFunc(n.Receivers, func(r notice.Receiver) bool { return r.Name == name })
	if i < 0 {
		return nil, false
	}
	return &n.Receivers[i], true
}

// sharing are the receivers with the robot of this one, and so with its pace.
func (n *Notices) sharing(name string) []string {
	robot := send.RobotOf(n.Senders[name])
	names := []string{name}
	for other, sender := range n.Senders {
		if other != name && robot != "" && send.RobotOf(sender) == robot {
			names = append(names, other)
		}
	}
	return names
}

const (
	// noticesKept is how long notices that were sent, and events that are over, stay on record.
	noticesKept = 90 * 24 * time.Hour
	// noticesWait is how long a notice is tried to be sent before it is given up.
	noticesWait = 72 * time.Hour
	// maxWaitingNotices is how many notices wait for one receiver.
	maxWaitingNotices = 1000
	// A notice that the receiver refuses as such is given up after so many attempts and so long:
	// those behind it wait. A proxy may refuse anything while the receiver comes up.
	maxRefusals = 5
	refusedFor  = 10 * time.Minute
	// recordLimit is how long it is tried to record that a receiver took a notice.
	recordLimit = 5 * time.Second
)

// NoticesRollout is how long a worker may have an older configuration than another: what is of a
// receiver that it does not know is left alone for so long.
const NoticesRollout = time.Hour

// The types of failures of notices.
const (
	NotSentType    ErrorType = "NotSent"    // the receiver did not take a notice: it is tried again
	NoReceiverType ErrorType = "NoReceiver" // this worker's configuration does not have the receiver
)

// LookForNotices finds out what people may want to know, records it, and queues the notices that
// follow. Done again, it queues none twice.
func (a *Activities) LookForNotices(ctx context.Context, in LookForNoticesIn) (LookForNoticesOut, error) {
	defer startBeat(ctx).stop()
	out, err := a.lookForNotices(ctx, in)
	return out, temporalError(ctx, err)
}

func (a *Activities) lookForNotices(ctx context.Context, in LookForNoticesIn) (LookForNoticesOut, error) {
	n := &a.deps.Notices
	now := n.now()
	last, err := a.deps.Store.LastNoticeLook(ctx)
	if err != nil {
		return LookForNoticesOut{}, err
	}
	found := &observed{} // nothing stands for nobody
	if !in.Last || len(n.Receivers) > 0 {
		if found, err = a.observe(ctx, now, last); err != nil {
			return LookForNoticesOut{}, err
		}
	}
	look, err := a.deps.Store.RecordConditions(ctx, now, last, found.conditions, found.missing)
	if err != nil {
		return LookForNoticesOut{}, err
	}
	out := LookForNoticesOut{Opened: look.Opened, Closed: look.Closed}
	messages, err := a.withoutRepeatsThatWait(ctx, notice.Decide(now, n.Receivers, look.Standing))
	if err != nil {
		return out, err
	}
	out.Queued = len(messages)
	if err := a.queueNotices(ctx, now, messages); err != nil {
		return out, err
	}
	if err := a.deps.Store.ForgetTold(ctx, now.Add(-NoticesRollout)); err != nil {
		return out, err
	}
	if err := a.deps.Store.ExpireNotices(ctx, now.Add(-noticesKept)); err != nil {
		return out, err
	}
	out.Waiting, err = a.waitingReceivers(ctx, now)
	return out, err
}

// withoutRepeatsThatWait leaves out that something still stands where the receiver has yet to get
// an earlier notice of it: after a night, or a day away, one is enough.
func (a *Activities) withoutRepeatsThatWait(ctx context.Context, messages []notice.Message) ([]notice.Message, error) {
	waiting, err := a.deps.Store.WaitingTopics(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(messages, func(m notice.Message) bool {
		return m.State == notice.Stands && waiting[store.WaitingTopic{Receiver: m.Receiver, Event: m.Event, Kind: m.Kind}]
	}), nil
}

// links are those of notices, in the namespace of the activity.
func (a *Activities) links(ctx context.Context) notice.Links {
	links := a.deps.Notices.Links
	links.Namespace = activity.GetInfo(ctx).Namespace
	return links
}

func (a *Activities) queueNotices(ctx context.Context, now time.Time, messages []notice.Message) error {
	queued := make([]store.QueuedNotice, len(messages))
	for i := range messages {
		m := &messages[i]
		queued[i] = store.QueuedNotice{
			Receiver: m.Receiver, Notice: notice.Compose(uuid.NewString(), now, m, a.links(ctx)), Standing: m.Standing,
		}
	}
	return a.deps.Store.QueueNotices(ctx, queued)
}

// waitingReceivers are those for whom notices wait and whose hours are not quiet. What waits for
// one that the configuration no longer has is given up.
func (a *Activities) waitingReceivers(ctx context.Context, now time.Time) (names []string, err error) {
	waiting, err := a.deps.Store.WaitingNotices(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(waiting)) {
		receiver, ok := a.deps.Notices.receiver(name)
		switch {
		case !ok:
			if err := a.dropUnknown(ctx, name, now); err != nil {
				return nil, err
			}
		case !receiver.Quiet.At(now):
			names = append(names, name)
		}
	}
	return names, nil
}

// dropUnknown gives up what waits for a receiver that this worker's configuration does not have,
// once no worker can have a newer one.
func (a *Activities) dropUnknown(ctx context.Context, name string, now time.Time) error {
	upTo, err := a.deps.Store.OldNotices(ctx, name, now.Add(-NoticesRollout), maxWaitingNotices)
	if err != nil || upTo == 0 {
		return err
	}
	_, err = a.deps.Store.DropNotices(ctx, name, upTo, "the configuration no longer has the receiver", nil)
	return err
}

// DeliverNotices sends a receiver the notices that wait for it, in order, until none waits or one
// cannot be sent. Each has an id of its own, which is the same at each attempt: if a worker is
// killed after the receiver took a notice and before that was recorded, the receiver sees the id
// again.
func (a *Activities) DeliverNotices(ctx context.Context, in DeliverNoticesIn) (DeliverNoticesOut, error) {
	b := startBeat(ctx)
	defer b.stop()
	receiver, ok := a.deps.Notices.receiver(in.Receiver)
	if !ok {
		return DeliverNoticesOut{}, nonRetryable(NoReceiverType, fmt.Errorf("the configuration has no receiver %s under notify.receivers: this worker may be an older one", in.Receiver))
	}
	d := delivery{Activities: a, receiver: receiver, sender: a.deps.Notices.Senders[in.Receiver]}
	for !b.workerStops() {
		more, err := d.deliverNext(ctx)
		if err != nil {
			return d.out, deliveryError(ctx, err)
		}
		if !more {
			return d.out, nil
		}
	}
	return d.out, temporalError(ctx, errWorkerStops)
}

// deliveryError maps a failure of the receiver: it is tried again, when the receiver asks for.
func deliveryError(ctx context.Context, err error) error {
	var failure *send.Failure
	if !errors.As(err, &failure) {
		return temporalError(ctx, err)
	}
	return temporal.NewApplicationErrorWithOptions(shortText(err), string(NotSentType), temporal.ApplicationErrorOptions{
		NextRetryDelay: send.RetryAfter(err), Category: temporal.ApplicationErrorCategoryBenign,
	})
}

// delivery is one attempt of DeliverNotices.
type delivery struct {
	*Activities
	receiver *notice.Receiver
	sender   send.Sender
	out      DeliverNoticesOut
}

// deliverNext sends the next notice; more says that there was one.
func (d *delivery) deliverNext(ctx context.Context) (more bool, err error) {
	now := d.deps.Notices.now()
	if d.receiver.Quiet.At(now) {
		return false, nil
	}
	if err := d.dropOld(ctx, now); err != nil {
		return false, err
	}
	next, err := d.deps.Store.NextNotice(ctx, d.receiver.Name)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := d.begin(ctx, next.Number); err != nil {
		return false, err
	}
	return true, d.deliver(ctx, &next)
}

// begin records that an attempt begins, once the receiver takes another message: some that get too
// many take none for minutes. The record knows of those that an earlier attempt, or another worker,
// has sent, also for another receiver with the same robot.
func (d *delivery) begin(ctx context.Context, number int64) error {
	pace := send.PaceOf(d.sender)
	if pace == 0 {
		return d.deps.Store.TryNotice(ctx, number)
	}
	sharing := d.deps.Notices.sharing(d.receiver.Name)
	// A clock that was ahead keeps nobody waiting for longer than other receivers may.
	longest := pace * time.Duration(1+turnsLost*(len(sharing)-1))
	for waited := time.Duration(0); waited < longest; {
		pause, err := d.deps.Store.TryNoticeInTurn(ctx, number, sharing, pace)
		if err != nil || pause == 0 {
			return err
		}
		if err := d.deps.Notices.wait(ctx, pause); err != nil {
			return err
		}
		waited += pause
	}
	return d.deps.Store.TryNotice(ctx, number)
}

// turnsLost is how often one of the receivers that share a robot may come before another one.
const turnsLost = 4

func (d *delivery) deliver(ctx context.Context, next *store.Notice) error {
	err := d.send(ctx, next)
	if err == nil {
		d.out.Sent++
		return d.recordSent(ctx, next.Number)
	}
	if ctx.Err() != nil { // the attempt was given up: the receiver did not fail
		return ctx.Err()
	}
	if send.IsRefused(err) && next.Attempts+1 >= maxRefusals && d.deps.Notices.now().Sub(next.CreatedAt) >= refusedFor {
		return d.drop(ctx, next.Number, "refused by the receiver: "+err.Error())
	}
	if failed := d.deps.Store.FailNotice(ctx, next.Number, err.Error()); failed != nil {
		return failed
	}
	return fmt.Errorf("send notice %s to %s: %w", next.ID, d.receiver.Name, err)
}

// recordSent records that the receiver has the notice, also if the attempt was given up while it
// took it: a chat would show it twice.
func (d *delivery) recordSent(ctx context.Context, number int64) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordLimit)
	defer cancel()
	return d.deps.Store.SentNotice(ctx, number)
}

func (d *delivery) send(ctx context.Context, next *store.Notice) error {
	decoded, err := next.Decode()
	if err != nil {
		return &send.Failure{Reason: err.Error(), Refused: true}
	}
	text, err := notice.Write(&decoded, d.receiver.Language, d.receiver.Template)
	if err != nil { // the text is the usual one: to tell somebody is what counts
		text.Lines = append(text.Lines, "("+err.Error()+")")
	}
	return d.sender.Send(ctx, send.Message{Notice: decoded, Text: text})
}

// dropOld gives up what has waited for too long, or is too much.
func (d *delivery) dropOld(ctx context.Context, now time.Time) error {
	upTo, err := d.deps.Store.OldNotices(ctx, d.receiver.Name, now.Add(-noticesWait), maxWaitingNotices)
	if err != nil || upTo == 0 {
		return err
	}
	return d.drop(ctx, upTo, "it could not be sent for too long")
}

// drop gives up notices, and lets the receiver know how many once it takes any.
func (d *delivery) drop(ctx context.Context, upTo int64, reason string) error {
	now := d.deps.Notices.now()
	dropped, err := d.deps.Store.DropNotices(ctx, d.receiver.Name, upTo, reason, func(dropping notice.Dropping) *notice.Notice {
		n := notice.TellDropping(uuid.NewString(), now, dropping, d.links(ctx))
		return &n
	})
	d.out.Dropped += dropped
	return err
}
