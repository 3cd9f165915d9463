using FsCheck;
using FsCheck.Fluent;

namespace Profiler.Core.Tests;

public sealed class StableSortTests
{
    private static readonly Arbitrary<int[]> Keys = Gen.Choose(0, 9).ArrayOf().ToArbitrary();

    [Fact]
    public void Sorts_as_OrderBy_does() => Prop.ForAll(Keys, keys =>
    {
        (long Key, int Place)[] items = [.. keys.Select((key, place) => ((long)key, place))];
        (long Key, int Place)[] expected = [.. items.OrderBy(i => i.Key)];
        StableSort.By(items.AsSpan(), static i => i.Key);
        return items.SequenceEqual(expected);
    }).QuickCheckThrowOnFailure();
}
