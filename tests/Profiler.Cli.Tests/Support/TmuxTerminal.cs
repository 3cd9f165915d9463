using System.Diagnostics;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Support;

/// <summary>A real terminal, kept by a tmux server of its own, with a shell in it.</summary>
internal sealed class TmuxTerminal : IDisposable
{
    private readonly string _socket = $"vfioscope-{Guid.NewGuid():N}";

    public TmuxTerminal()
    {
        Tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", "env", "PS1=$ ", "TERM=screen-256color", "bash", "--norc", "-i");
        WaitFor("$");
    }

    /// <summary>What is on it.</summary>
    public string Screen => Tmux("capture-pane", "-p");

    /// <summary>The same with colours, as escape sequences.</summary>
    public string Colours => Tmux("capture-pane", "-p", "-e");

    /// <summary>The alternate screen is shown, and whether the cursor is.</summary>
    public (bool Alternate, bool Cursor) Mode =>
        Tmux("display-message", "-p", "#{alternate_on} #{cursor_flag}").Trim() is var flags ? (flags[0] == '1', flags[^1] == '1') : default;

    /// <summary>What has it just now, such as the shell.</summary>
    public string Program => Tmux("display-message", "-p", "#{pane_current_command}").Trim();

    /// <summary>Types a line.</summary>
    public void Line(string text) => Tmux("send-keys", text, "Enter");

    /// <summary>Presses a key, by tmux' name for it.</summary>
    public void Press(string key) => Tmux("send-keys", key);

    /// <summary>Returns once the text is there; fails if it does not come.</summary>
    public void WaitFor(string text) => WaitFor($"\"{text}\"", () => Screen.Contains(text, StringComparison.Ordinal));

    /// <summary>Returns once it is so; fails if it never is.</summary>
    public void WaitFor(string what, Func<bool> isSo) => Eventually.IsTrue(isSo, () => $"the screen never showed {what}:\n{Screen}");

    /// <summary>What a command prints, one line, run at the prompt.</summary>
    public string Ask(string command)
    {
        string mark = Guid.NewGuid().ToString("N");
        // Broken in two, so that the line as typed does not have the mark.
        Line($"{command}; echo {mark[..4]}''{mark[4..]}");
        WaitFor(mark);
        return Screen.Split('\n').TakeWhile(line => line != mark).Last();
    }

    public void Dispose() => Tmux("kill-server");

    private string Tmux(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("tmux", ["-u", "-L", _socket, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }) ?? throw new InvalidOperationException("tmux is missing: run ./setup.sh");
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
