using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Host.Pci;

/// <summary>
/// Looks at devices after operations that reset them, and notices those that are worse than before. A device that sleeps is left alone: its
/// configuration space would wake it, or read 0xff. Its link is read at the port above it. One that seems worse is looked at twice: a link may
/// still be training, and the next operation may have begun. For one thread at a time.
/// </summary>
/// <param name="sysfs">The devices.</param>
/// <param name="settle">Waits between two looks.</param>
public sealed class DeviceHealth(PciSysfs sysfs, Action settle)
{
    private static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<PciAddress, Known> _known = [];

    /// <summary>Looks again after half a second.</summary>
    public DeviceHealth(PciSysfs sysfs) : this(sysfs, () => Thread.Sleep(SettleTime))
    {
    }

    /// <summary>Looks at a device to which nothing was done yet.</summary>
    public void Begin(string bdf)
    {
        if (PciAddress.TryParse(bdf, out PciAddress address))
            Begin(address);
    }

    /// <summary>Looks at a device that an operation was for, or whose bus it has reset.</summary>
    /// <param name="bdf">The device.</param>
    /// <param name="operation">The operation, which has ended.</param>
    /// <returns>How it is worse than before; none as a rule.</returns>
    public IEnumerable<ResetDamage> After(string bdf, Operation operation)
    {
        if (!PciAddress.TryParse(bdf, out PciAddress address))
            yield break;
        Known known = Begin(address);
        known.WasReset |= !operation.Resets.IsEmpty;
        if (sysfs.IsAwake(address))
        {
            bool wasGone = known.IsGone;
            known.IsGone = IsGone(address) && (wasGone || IsStill(() => IsGone(address)));
            if (known is { IsGone: true, WasReset: true } && !wasGone)
                yield return Damage(bdf, operation);
        }
        if (operation.Resets.IsEmpty || known.IsGone || sysfs.LinkOf(address) is not { } link)
            yield break;
        if (known.Link is { } last)
        {
            // An idle device lowers its speed by itself. So a speed is compared with that after the operation of the same kind before.
            double speed = known.Speeds.GetValueOrDefault(operation.Kind, link.Speed);
            if (link.Width < last.Width || link.Speed < speed)
            {
                if (!IsStill(() => sysfs.LinkOf(address) == link))
                    yield break;
                yield return Damage(bdf, operation) with { Before = last with { Speed = speed }, After = link };
            }
        }
        known.Link = link;
        known.Speeds[operation.Kind] = link.Speed;
    }

    // Cards are swapped and virtual functions recreated: another device may have the address by now.
    private Known Begin(PciAddress address)
    {
        (string?, string?) ids = (sysfs.VendorId(address), sysfs.DeviceId(address));
        if (!_known.TryGetValue(address, out Known? known) || known.Ids != ids)
            _known[address] = known = new Known { Ids = ids, IsGone = IsGone(address), Link = sysfs.LinkOf(address) };
        return known;
    }

    private bool IsGone(PciAddress address) => sysfs.IsAwake(address) && sysfs.IsSilent(address);

    private bool IsStill(Func<bool> so)
    {
        settle();
        return so();
    }

    private static ResetDamage Damage(string bdf, Operation operation) =>
        new(bdf, operation.Kind.Name(), operation.Task.Tgid, operation.Process, operation.Time.EndNs);

    private sealed class Known
    {
        public (string? Vendor, string? Device) Ids { get; init; }

        public bool IsGone { get; set; }

        public bool WasReset { get; set; }

        /// <summary>As it was last seen.</summary>
        public DeviceLink? Link { get; set; }

        /// <summary>After the last operation of each kind.</summary>
        public Dictionary<OperationKind, double> Speeds { get; } = [];
    }
}
