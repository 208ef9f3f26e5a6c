package discord

import (
	"net/url"
	"strconv"
)

// permission is one of Discord's, as a bit.
type permission int64

const privateThreads permission = 1 << 36

// needed are the permissions that the bot works with, and what each is for. Nothing else is asked for: it
// manages no channels, messages or members, and can call nobody.
var needed = []struct {
	bit  permission
	name string // as the developer portal and the role's page say it
}{
	{1 << 10, "View Channels"},                 // hearing what is said
	{1 << 11, "Send Messages"},                 // speaking: cards on the desk, words of a command
	{1 << 38, "Send Messages in Threads"},      // answering, in the conversation's thread
	{1 << 35, "Create Public Threads"},         // a conversation is a thread of its first message
	{privateThreads, "Create Private Threads"}, // where a guild wants its conversations private
	{1 << 14, "Embed Links"},                   // the handoff card is an embed
	{1 << 15, "Attach Files"},                  // files pass between customer and engineer
	{1 << 16, "Read Message History"},          // what was said while the connection was down; Find; replies
}

// InviteURL gives the link with which somebody who manages a guild takes the bot into it: with the permissions
// that are needed, and the commands.
func InviteURL(appID string) string {
	q := url.Values{"client_id": {appID}, "scope": {"bot applications.commands"}, "permissions": {strconv.FormatInt(int64(allNeeded()), 10)}}
	return "https://discord.com/oauth2/authorize?" + q.Encode()
}

func allNeeded() (all permission) {
	for _, n := range needed {
		all |= n.bit
	}
	return all
}
