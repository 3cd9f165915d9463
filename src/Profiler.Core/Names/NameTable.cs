using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Profiler.Core.Names;

/// <summary>One vocabulary: the values of an enumeration, each with its name in JSON, metrics and text.</summary>
public sealed class NameTable<T>
    where T : struct, Enum
{
    private readonly FrozenDictionary<T, string> _names;
    private readonly FrozenDictionary<string, T> _values;

    /// <param name="names">Each value of the enumeration exactly once.</param>
    /// <exception cref="ArgumentException">A value or a name is missing or listed twice.</exception>
    public NameTable(params (T Value, string Name)[] names)
    {
        All = [.. names.Select(n => n.Name)];
        _names = names.ToFrozenDictionary(n => n.Value, n => n.Name);
        _values = names.ToFrozenDictionary(n => n.Name, n => n.Value, StringComparer.Ordinal);
        T[] missing = [.. Enum.GetValues<T>().Except(_names.Keys)];
        if (missing.Length > 0 || _names.Count != names.Length || _values.Count != names.Length)
            throw new ArgumentException($"the names of {typeof(T).Name} are not one for each value", nameof(names));
    }

    /// <summary>All names, in the order of the table.</summary>
    public ImmutableArray<string> All { get; }

    /// <summary>The name of a value.</summary>
    /// <exception cref="KeyNotFoundException">It is not a value of the enumeration.</exception>
    public string this[T value] => _names[value];

    /// <summary>The value of a name; null for an unknown one.</summary>
    public T? Find(string name) => _values.TryGetValue(name, out T value) ? value : null;
}
