namespace Profiler.Core.Spans;

/// <summary>A time that may be missing, in the room of one that is not: a nullable number takes twice as much in each object that has one.</summary>
/// <param name="ns">The time, nanoseconds; null if it is missing.</param>
internal readonly struct OptionalNs(long? ns) : IEquatable<OptionalNs>
{
    private readonly long _andOne = ns + 1 ?? 0; // 0: missing

    public long? Value => _andOne == 0 ? null : _andOne - 1;

    public bool Equals(OptionalNs other) => _andOne == other._andOne;

    public override bool Equals(object? obj) => obj is OptionalNs other && Equals(other);

    public override int GetHashCode() => _andOne.GetHashCode();
}
