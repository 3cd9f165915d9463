namespace Profiler.Host.Vms;

/// <summary>The command line of a monitor, whose options are looked for by name.</summary>
internal sealed class Arguments(IReadOnlyList<string> words)
{
    /// <summary>File name of the program; empty if the process has no command line any more.</summary>
    public string Program => words.Count == 0 ? "" : Path.GetFileName(words[0]);

    /// <summary>
    /// The value of an option in any of its usual forms: <c>-name VALUE</c>, <c>--name VALUE</c>, <c>--name=VALUE</c>; null if it is not
    /// there or empty.
    /// </summary>
    public string? ValueOf(string option)
    {
        for (int i = 1; i < words.Count; i++)
        {
            string word = words[i].TrimStart('-');
            if (words[i].Length - word.Length is not (1 or 2))
                continue;
            string? value = word == option && i + 1 < words.Count ? words[i + 1]
                : word.Length > option.Length && word[option.Length] == '=' && word.StartsWith(option, StringComparison.Ordinal) ? word[(option.Length + 1)..]
                : null;
            if (!string.IsNullOrEmpty(value))
                return value;
        }
        return null;
    }
}
