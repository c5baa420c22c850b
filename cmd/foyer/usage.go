package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"foyer/models"
	"foyer/store"
	"foyer/usage"
)

type usageCommand struct {
	Show usageShowCommand `cmd:"" help:"Show the plan of an account, its points of today, and what it paid last."`
	Plan usagePlanCommand `cmd:"" help:"Give an account another plan."`
}

type usageShowCommand struct {
	Workspace string `help:"Id of the workspace; the first one by default."`
	Account   string `arg:"" help:"Name of the account."`
}

// shownRows is how much of the ledger is shown.
const shownRows = 20

// Run shows an account.
func (u usageShowCommand) Run(ctx context.Context, s *Settings, io streams) error {
	return s.with(ctx, io, func(c *core) error {
		w, err := c.workspaceOf(ctx, u.Workspace)
		if err != nil {
			return err
		}
		account, err := c.usage.Balance(ctx, w.ID, u.Account)
		if err != nil {
			return err
		}
		rows, err := c.usage.Ledger(ctx, account.ID, store.Page{Limit: shownRows})
		if err != nil {
			return err
		}
		printAccount(io.out, &account)
		return printLedger(io.out, rows)
	})
}

func printAccount(out io.Writer, a *models.Account) {
	spendable := strconv.Itoa(a.Spendable())
	if a.Plan == models.PlanUnlimited {
		spendable = "unlimited"
	}
	fmt.Fprintf(out, "account     %s\nplan        %s\nspendable   %s\ndaily left  %d\nused today  %d\nrollover    %d\nfrozen      %d\n",
		a.Name, a.Plan, spendable, a.DailyLeft, a.Used, a.Rollover, a.Frozen)
}

func printLedger(out io.Writer, rows []models.LedgerRow) error {
	if len(rows) == 0 {
		return nil
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\nAT\tACTION\tCOST\tROOM")
	for _, row := range rows {
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\n", row.At.UTC().Format(time.RFC3339), row.Action, row.Cost, row.RoomID)
	}
	return table.Flush()
}

type usagePlanCommand struct {
	Workspace string `help:"Id of the workspace; the first one by default."`
	Account   string `arg:"" help:"Name of the account."`
	Plan      string `arg:"" help:"free, premium or unlimited."`
}

// Run changes the plan of an account.
func (u usagePlanCommand) Run(ctx context.Context, s *Settings, io streams) error {
	return s.with(ctx, io, func(c *core) error {
		w, err := c.workspaceOf(ctx, u.Workspace)
		if err != nil {
			return err
		}
		account, err := c.usage.SetPlan(ctx, w.ID, u.Account, u.Plan)
		if err == nil {
			printAccount(io.out, &account)
		}
		return err
	})
}

func (c *core) printAPIKeys(ctx context.Context, workspace models.ID, out io.Writer) error {
	keys, err := c.usage.Keys(ctx, workspace)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tACCOUNT\tPLAN\tCREATED\tSTATE")
	for _, key := range keys {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n",
			key.ID, key.Account, key.Plan, key.CreatedAt.UTC().Format(time.RFC3339), stateOf(key.RevokedAt))
	}
	return table.Flush()
}

// firstAccount is the name of the account that keys belong to when nobody says otherwise.
const firstAccount = "default"

func (c *core) createAPIKey(ctx context.Context, workspace models.ID, name, plan string, out io.Writer) error {
	var account models.Account
	var key string
	err := c.inTx(ctx, func(tx *core) (err error) {
		if account, err = tx.usage.Create(ctx, workspace, cmp.Or(name, firstAccount), plan); err != nil {
			return err
		}
		key, err = tx.usage.CreateKey(ctx, account.ID, "")
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "account  %s\nplan     %s\nAPI key  %s\n", account.Name, account.Plan, key)
	return err
}

// seedAccount makes the API key that the settings name.
func (s *Settings) seedAccount(ctx context.Context, tx *core, workspace models.ID) error {
	if s.RoomcodesAPIKey == "" {
		return nil
	}
	account, err := tx.usage.Create(ctx, workspace, firstAccount, models.PlanUnlimited)
	if err != nil {
		return err
	}
	_, err = tx.usage.CreateKey(ctx, account.ID, s.RoomcodesAPIKey)
	return err
}

// metering is what the settings say of points and tokens of Room Codes.
type metering struct {
	usage.Options

	TokenTTL time.Duration
	Contact  string
}

// metering reads those settings. What they do not name is as by default.
func (s *Settings) metering() (metering, error) {
	m := metering{Options: usage.Standard(), Contact: s.RoomcodesContact}
	var err error
	m.TokenTTL, err = time.ParseDuration(cmp.Or(s.RoomcodesTokenTTL, "5m"))
	if err != nil || m.TokenTTL < 10*time.Second || m.TokenTTL > time.Hour {
		return m, errors.New("FOYER_ROOMCODES_TOKEN_TTL must be a time from 10s to 1h, such as 5m")
	}
	if s.RoomcodesAPIKey != "" && usage.CheckKey(s.RoomcodesAPIKey) != nil {
		return m, errors.New("FOYER_ROOMCODES_API_KEY must be 8 to 256 printable ASCII characters without spaces")
	}
	if err := points("FOYER_ROOMCODES_COSTS", s.RoomcodesCosts, map[string]*int{
		string(usage.GetClientToken): &m.Costs.GetClientToken, string(usage.RequestRoom): &m.Costs.RequestRoom,
		string(usage.JoinRoom): &m.Costs.JoinRoom, string(usage.ExtendRoom): &m.Costs.ExtendRoom, string(usage.Message): &m.Costs.Message,
	}); err != nil {
		return m, err
	}
	if err := points("FOYER_ROOMCODES_ALLOWANCES", s.RoomcodesAllowances, map[string]*int{
		models.PlanFree: &m.Allowances.Free, models.PlanPremium: &m.Allowances.Premium,
	}); err != nil {
		return m, err
	}
	return m, lengths(s.RoomcodesCodeLengths, map[string]*usage.Range{
		models.PlanFree: &m.Lengths.Free, models.PlanPremium: &m.Lengths.Premium, models.PlanUnlimited: &m.Lengths.Unlimited,
	})
}

// mostPoints bounds a cost and an allowance: sums of them over years still fit.
const mostPoints = 1_000_000_000

// points reads NAME=POINTS,...
func points(variable, text string, into map[string]*int) error {
	for name, value := range pairs(text) {
		n, err := strconv.Atoi(value)
		if into[name] == nil || err != nil || n < 0 || n > mostPoints {
			return fmt.Errorf("%s: %q is not one of its names with =POINTS behind it, 0 to %d", variable, name+"="+value, mostPoints)
		}
		*into[name] = n
	}
	return nil
}

// The shortest and the longest code that a plan may give.
const (
	shortestCode = 2
	longestCode  = 32
)

// lengths reads PLAN=LEAST-MOST,...
func lengths(text string, into map[string]*usage.Range) error {
	for name, value := range pairs(text) {
		least, most, _ := strings.Cut(value, "-")
		low, wrong := strconv.Atoi(least)
		high, err := strconv.Atoi(most)
		if into[name] == nil || errors.Join(wrong, err) != nil || low < shortestCode || high < low || high > longestCode {
			return fmt.Errorf("FOYER_ROOMCODES_CODE_LENGTHS: %q is not a plan with =LEAST-MOST behind it, %d to %d", name+"="+value, shortestCode, longestCode)
		}
		*into[name] = usage.Range{Least: low, Most: high}
	}
	return nil
}

// pairs goes through NAME=VALUE,...; blanks do not matter.
func pairs(text string) func(yield func(name, value string) bool) {
	return func(yield func(name, value string) bool) {
		for part := range strings.SplitSeq(text, ",") {
			name, value, _ := strings.Cut(part, "=")
			if strings.TrimSpace(part) != "" && !yield(strings.TrimSpace(name), strings.TrimSpace(value)) {
				return
			}
		}
	}
}
