using System.Text.RegularExpressions;

namespace Profiler.Bpf.Native;

/// <summary>What the kernel's verifier, or libbpf before it, said about a program that it refused: the end of it, in a line.</summary>
internal static partial class VerifierLog
{
    /// <summary>Longest summary.</summary>
    public const int MaximumLength = 200;

    private const string Begin = "-- BEGIN PROG LOAD LOG --", End = "-- END PROG LOAD LOG --";

    private const int LastLines = 2;

    /// <summary>The last lines that mean something: what was refused, and the instruction it was refused at.</summary>
    /// <param name="messages">libbpf's messages of one load; the log is in one of them, many lines long.</param>
    /// <returns>Null if they say nothing.</returns>
    public static string? Summarize(IEnumerable<string> messages)
    {
        string all = string.Join('\n', messages);
        int begin = all.LastIndexOf(Begin, StringComparison.Ordinal);
        int end = begin < 0 ? -1 : all.IndexOf(End, begin, StringComparison.Ordinal);
        string log = begin < 0 ? all : all[(begin + Begin.Length)..(end < 0 ? all.Length : end)];
        string[] lines =
        [
            .. log.Split('\n').Select(l => Spaces().Replace(l, " ").Trim()).Where(l => l.Length > 0 && !Noise().IsMatch(l)).TakeLast(LastLines),
        ];
        // Of what is too long the end is kept: the refusal is there.
        string summary = string.Join("; ", lines);
        return summary.Length == 0 ? null : summary.Length <= MaximumLength ? summary : "…" + summary[^(MaximumLength - 1)..];
    }

    // Statistics, states of registers, source lines, and libbpf's "failed to load" about what was just said.
    [GeneratedRegex("^(processed \\d+ insns|max_states|stack depth|verification time|func#|R\\d+[_=]|;|mark_precise|parent |last_idx|regs=|libbpf: (prog '.*': (failed to load|BPF program load failed)|failed to load object))")]
    private static partial Regex Noise();

    [GeneratedRegex("\\s+")]
    private static partial Regex Spaces();
}
