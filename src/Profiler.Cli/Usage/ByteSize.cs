using System.Globalization;

namespace Profiler.Cli.Usage;

/// <summary>An amount of memory, written as 4096, 64K, 512M or 2G.</summary>
internal readonly record struct ByteSize(ulong Bytes)
{
    private static readonly (string Suffix, ulong Bytes)[] Units = [("G", 1UL << 30), ("M", 1UL << 20), ("K", 1UL << 10), ("", 1)];

    /// <returns>Null if it is not a size, or 2^63 or more.</returns>
    public static ByteSize? Parse(string text)
    {
        (string suffix, ulong unit) = Units.First(u => text.EndsWith(u.Suffix, StringComparison.Ordinal));
        return ulong.TryParse(text[..^suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out ulong count)
            && count <= long.MaxValue / unit
            ? new ByteSize(count * unit)
            : null;
    }

    /// <summary>The next multiple of the page size, which is all that can be mapped.</summary>
    public ByteSize RoundedUpTo(ulong pageBytes) => new((Bytes + pageBytes - 1) / pageBytes * pageBytes);

    /// <summary>In the form that <see cref="Parse"/> takes, with the largest unit that leaves no fraction.</summary>
    public override string ToString()
    {
        ulong bytes = Bytes;
        (string suffix, ulong unit) = Units.First(u => bytes % u.Bytes == 0);
        return bytes == 0 ? "0" : $"{bytes / unit}{suffix}";
    }
}
