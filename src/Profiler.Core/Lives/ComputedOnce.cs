namespace Profiler.Core.Lives;

/// <summary>
/// What is computed of a record, once. A changed copy computes its own. It is no part of what the record is: two are equal with it and
/// without it.
/// </summary>
internal struct ComputedOnce<TOf, T> : IEquatable<ComputedOnce<TOf, T>> where TOf : class
{
    private Tuple<TOf, T>? _computed;

    public T Of(TOf record, Func<TOf, T> compute)
    {
        if (_computed is not { } known || !ReferenceEquals(known.Item1, record))
            _computed = known = Tuple.Create(record, compute(record));
        return known.Item2;
    }

    public readonly bool Equals(ComputedOnce<TOf, T> other) => true;

    public override readonly bool Equals(object? obj) => obj is ComputedOnce<TOf, T>;

    public override readonly int GetHashCode() => 0;
}
