using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Profiler.Metrics.Web;

/// <summary>Something is wrong in a configuration file.</summary>
/// <param name="line">Where, from 1.</param>
/// <param name="message">What, and what to write.</param>
internal sealed class WebConfigException(long line, string message, Exception? inner = null) : Exception(message, inner)
{
    public long Line { get; } = line;
}

/// <summary>One mapping of a YAML file: what is asked for is taken out, and what is left over nobody knows.</summary>
internal sealed class YamlSection
{
    private readonly Dictionary<string, (YamlNode Key, YamlNode Value)> _entries = new(StringComparer.Ordinal);

    /// <param name="node">The mapping; null, or an empty scalar, for one without entries.</param>
    /// <param name="name">What it is called in complaints.</param>
    public YamlSection(YamlNode? node, string name)
    {
        Line = node?.Start.Line ?? 1;
        Name = name;
        if (node is null or YamlScalarNode { Value: null or "" or "null" or "~" })
            return;
        if (node is not YamlMappingNode mapping)
            throw new WebConfigException(Line, $"{name} is no mapping of names to values");
        foreach ((YamlNode key, YamlNode value) in mapping.Children)
            _entries[(key as YamlScalarNode)?.Value ?? throw new WebConfigException(key.Start.Line, "a name must be a plain word")] = (key, value);
    }

    public string Name { get; }

    public long Line { get; }

    /// <summary>Takes all that is left, as names and texts.</summary>
    public IReadOnlyList<(string Name, string Value, long Line)> Texts() =>
        [.. _entries.ToList().Select(e => (e.Key, Text(e.Key) ?? "", e.Value.Key.Start.Line))];

    /// <summary>A section in this one; null if it is not there.</summary>
    public YamlSection? Section(string name) => Take(name) is { } node ? new YamlSection(node, name) : null;

    /// <summary>Null if it is not there, or empty.</summary>
    public string? Text(string name) => Take(name) switch
    {
        null => null,
        YamlScalarNode { Value: null or "" } => null,
        YamlScalarNode scalar => scalar.Value,
        var other => throw new WebConfigException(other.Start.Line, $"{name} takes a single value"),
    };

    /// <summary>A text, made into something else.</summary>
    /// <param name="parse">Null if the text is none of it.</param>
    /// <param name="hint">What to write instead.</param>
    public T? Parse<T>(string name, Func<string, T?> parse, string hint) where T : struct
    {
        long line = LineOf(name);
        return Text(name) is not { } text ? null
            : parse(text) ?? throw new WebConfigException(line, $"{name}: {text}: write {hint}");
    }

    public bool? Flag(string name) =>
        Parse(name, text => text switch { "true" => true, "false" => false, _ => (bool?)null }, "true or false");

    public int? Number(string name) => Parse(
        name, text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : (int?)null, "a number");

    /// <summary>Empty if it is not there.</summary>
    public IReadOnlyList<(string Text, long Line)> List(string name) => Take(name) switch
    {
        null or YamlScalarNode { Value: null or "" } => [],
        YamlSequenceNode list =>
        [
            .. list.Children.Select(child => ((child as YamlScalarNode)?.Value
                ?? throw new WebConfigException(child.Start.Line, $"{name} takes a list of single values"), child.Start.Line)),
        ],
        var other => throw new WebConfigException(other.Start.Line, $"{name} takes a list"),
    };

    /// <summary>The line of an entry that has not been taken; the section's if it is not there.</summary>
    public long LineOf(string name) => _entries.TryGetValue(name, out var entry) ? entry.Key.Start.Line : Line;

    /// <summary>Nothing may be left.</summary>
    public void End()
    {
        if (_entries.Count > 0)
        {
            (string name, (YamlNode key, _)) = _entries.MinBy(e => e.Value.Key.Start.Line);
            throw new WebConfigException(key.Start.Line, $"{name}: {Name} has no such setting");
        }
    }

    private YamlNode? Take(string name) => _entries.Remove(name, out var entry) ? entry.Value : null;
}
